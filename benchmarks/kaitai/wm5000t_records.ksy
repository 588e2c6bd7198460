meta:
  id: wm5000t_records
  title: Records of a JWM WM-5000T, one after the other
  endian: le
seq:
  - id: records
    type: record
    repeat: eos
types:
  record:
    seq:
      - id: time
        size: 6
      - id: serial
        size: 6
      - id: sum
        type: u1
