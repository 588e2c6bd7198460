"""Tag identities: every notation read and printed, checked, and matched by what is known of them.

``notations.read_tag`` reads what people paste, ``notations.printed_forms`` prints it in every way,
``flipper.read_flipper`` reads files for enrolment, ``matching`` finds the enrolled tag.
"""
