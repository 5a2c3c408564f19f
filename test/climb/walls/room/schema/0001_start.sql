-- step: expand
-- What the bad handlers of engine_test.c read and write.
create table wall_name (
  name_id  id    primary key,
  name     text  not null
);
create table wall_line (
  line_id  id    primary key,
  words    text  not null
);
