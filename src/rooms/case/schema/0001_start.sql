-- step: expand
-- A case, from submission to service. States, desks, kinds and classes are words of the program (case_rules.c), because more
-- of them come with the law and a check could not grow. fields: what was filled in, boxed (it holds personal numbers).
-- Ids of items, people, enterprises, departments and halls belong to earlier rooms.
create table case_case (
  case_id             id    primary key,
  number              text  unique,
  acceptance_no       text  unique,
  item_id             id    not null,
  item_version        int   not null,
  item_code           text  not null,
  item_name           text  not null,
  item_type           text  not null,
  kind                text  not null,
  region              text  not null,
  department_id       id    not null,
  hall_id             id,
  applicant_person_id id    not null,
  enterprise_id       id,
  actor_person_id     id    not null,
  channel             text  not null check (channel in ('online','counter')),
  state               text  not null,
  desk                text  not null,
  open                bool  not null,
  version             int   not null,
  seq                 int   not null,
  fields              blob  not null,
  legal_n             int,
  legal_unit          text,
  promise_n           int,
  promise_unit        text,
  submitted_at        time  not null,
  received_at         time,
  five_day            int,
  corrected_at        time,
  supplemented_at     time,
  accepted_at         time,
  deemed              bool  not null,
  due_day             int,
  promised_day        int,
  decided_at          time,
  decision            text  check (decision in ('granted','denied')),
  decision_reason     text,
  made_at             time,
  result              json,
  window_day          int,
  at_window_at        time,
  delivery            json,
  closed_at           time,
  query_hash          blob  not null,
  query_box           blob  not null,
  check ((number is null) = (received_at is null)),
  check (acceptance_no is null or accepted_at is not null),
  check ((decision is null) = (decided_at is null))
);
create index case_case_by_actor on case_case (actor_person_id, case_id);
create index case_case_by_enterprise on case_case (enterprise_id, case_id);
create index case_case_by_hall on case_case (hall_id, desk, case_id);
create index case_case_by_department on case_case (department_id, desk, case_id);

-- What was handed in for each material; a supplement adds lines and marks the earlier line of that material replaced.
create table case_material (
  case_id            id    not null references case_case (case_id),
  line               int   not null,
  name               text  not null,
  way                text  not null check (way in ('file','certificate','later','paper')),
  state              text  not null check (state in ('given','awaited','replaced')),
  file_id            id,
  certificate        text,
  originals          int   not null,
  copies             int   not null,
  received_at        time,
  received_by_post   id,
  primary key (case_id, line)
);
create index case_material_by_file on case_material (file_id);

-- Every act, in order. No query of this room changes or deletes a row.
create table case_history (
  case_id            id    not null references case_case (case_id),
  seq                int   not null,
  version            int   not null,
  act                text  not null,
  from_state         text,
  to_state           text  not null,
  at                 time  not null,
  person_id          id,
  post_id            id,
  post_name          text,
  note               text,
  primary key (case_id, seq)
);

-- The defects of the one complete correction notice. A later notice may only name which of them remain.
create table case_defect (
  case_id            id    not null references case_case (case_id),
  line               int   not null,
  material           text,
  field              text,
  problem            text  not null,
  open               bool  not null,
  primary key (case_id, line),
  check (material is not null or field is not null)
);

-- Every document of the case. Unsealed until a seal is on it; nothing unsealed counts as served.
create table case_notice (
  notice_id          id    primary key,
  case_id            id    not null references case_case (case_id),
  kind               text  not null,
  number             text  not null unique,
  content            json  not null,
  sealed             bool  not null,
  created_at         time  not null
);
create index case_notice_by_case on case_notice (case_id, notice_id);

-- Who has handled the case as what: one class per natural person and case, so the same person can never do two of them.
create table case_duty (
  case_id            id    not null references case_case (case_id),
  person_id          id    not null,
  class              text  not null,
  at                 time  not null,
  primary key (case_id, person_id)
);

create view case_case_pub as
select case_id, number, acceptance_no, item_id, item_version, item_code, item_name, item_type, applicant_person_id,
  enterprise_id, actor_person_id,
       state, desk, version, region, department_id, hall_id, kind, channel, submitted_at, received_at, five_day,
  supplemented_at, accepted_at, deemed,
       due_day, promised_day, decided_at, decision, made_at, window_day, at_window_at, closed_at, open
from case_case;
create view case_history_pub as
select case_id, seq, act, from_state, to_state, at, person_id, post_id, post_name, note from case_history;
create view case_material_pub as
select case_id, line, name, way, state, file_id from case_material;
create view case_duty_pub as
select case_id, person_id, class, at from case_duty;
create view case_defect_pub as
select case_id, line, material, field, problem, open from case_defect;
create view case_notice_pub as
select notice_id, case_id, kind, number, sealed, created_at from case_notice;
