-- step: expand
-- What the supervisor's counters last counted of each case: where it stands and the days of the clock that runs.
-- near_day: the first day on which the case is near its due day. 0: no clock runs, or its due day is not known.
-- derived
create table watch_case (
  case_id        id    primary key,
  region         text  not null,
  department_id  id    not null,
  state          text  not null,
  open           bool  not null,
  near_day       int   not null,
  due_day        int   not null,
  changed_at     time  not null,
  check ((near_day = 0) = (due_day = 0))
);
create index watch_case_due on watch_case (due_day, case_id, near_day);
create index watch_case_by_department on watch_case (department_id, due_day, case_id, near_day);
-- How many cases stand where, by clock: what the pages add up. A row that falls to 0 goes.
-- derived
create table watch_count (
  department_id  id    not null,
  region         text  not null,
  state          text  not null,
  open           bool  not null,
  near_day       int   not null,
  due_day        int   not null,
  n              int   not null,
  primary key (department_id, region, state, near_day, due_day)
);
create view watch_case_pub as
select case_id, region, department_id, state, open, near_day, due_day from watch_case;
create view watch_count_pub as
select department_id, region, state, open, near_day, due_day, n from watch_count;
