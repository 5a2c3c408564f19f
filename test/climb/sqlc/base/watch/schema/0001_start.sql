-- step: expand
create table watch_light (
  light_id  id  primary key,
  case_id   id  not null references case_case (case_id)
);
create view watch_light_pub as select light_id, case_id from watch_light;
