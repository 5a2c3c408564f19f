-- step: expand
-- 行政区划. in_tree false: met in an imported catalogue, outside the province's own tree.
create table org_region (
  code            text  not null primary key check (length(code) = 12),
  name            text  not null,
  name_en         text  not null,
  parent          text  references org_region (code),
  level           int   not null check (level between 1 and 6),
  kind            text  not null check (kind in ('country','province','city','district','county','zone','town','village','other')),
  in_tree         bool  not null
);
create index org_region_by_parent on org_region (parent, code);
-- Every region with itself (depth 0) and each region above it.
create table org_region_line (
  code            text  not null references org_region (code),
  ancestor        text  not null references org_region (code),
  depth           int   not null,
  primary key (code, ancestor)
);
create index org_region_line_down on org_region_line (ancestor, depth, code);
-- Other codes in use for the same place (statistics bureau, older editions).
create table org_region_alias (
  alias           text  not null primary key,
  code            text  not null references org_region (code)
);
-- 实施主体. A department is (region, name); codes of imported rows are attributes of any form. body_kind: GB/T 39046 A.3.
create table org_department (
  department_id   id    primary key,
  key             text  not null unique,
  name            text  not null,
  name_en         text,
  short_name      text,
  region          text  not null references org_region (code),
  uscc            text,
  code            text,
  body_kind       int   not null check (body_kind in (1, 2, 3, 9)),
  office          bool  not null,
  phone           text,
  complaint_phone text,
  address         text,
  address_en      text,
  in_tree         bool  not null,
  unique (region, name)
);
create index org_department_by_region on org_department (region, department_id);
-- 政务服务大厅. one_person: acceptance and issuing may be the same person (a town counter).
create table org_hall (
  hall_id         id    primary key,
  key             text  not null unique,
  name            text  not null,
  name_en         text,
  region          text  not null references org_region (code),
  address         text  not null,
  address_en      text,
  hours           text  not null,
  hours_en        text,
  phone           text,
  one_person      bool  not null
);
create index org_hall_by_region on org_hall (region, hall_id);
create table org_window (
  window_id       id    primary key,
  hall_id         id    not null references org_hall (hall_id),
  no              text  not null,
  kind            text  not null check (kind in ('consult','comprehensive','special','issuing')),
  name            text  not null,
  name_en         text,
  unique (hall_id, no)
);
-- 岗位分离. One branch per natural person, for good: acceptance is not approval is not supervision.
create table org_duty (
  person_id       id    primary key,
  branch          text  not null check (branch in ('window','approval','supervision','library')),
  unique (person_id, branch)
);
create table org_post (
  post_id         id    primary key,
  person_id       id    not null,
  branch          text  not null,
  role            text  not null,
  name            text  not null,
  name_en         text,
  department_id   id    references org_department (department_id),
  hall_id         id    references org_hall (hall_id),
  window_id       id    references org_window (window_id),
  region          text  not null references org_region (code),
  civil_servant   bool  not null,
  from_day        int   not null,
  to_day          int   check (to_day >= from_day),
  granter         text  not null,
  reason          text  not null,
  granted_at      time  not null,
  foreign key (person_id, branch) references org_duty (person_id, branch),
  check ((branch = 'window' and role in ('acceptance-clerk','issuing-clerk') and hall_id is not null)
    or (branch = 'approval' and role = 'approving-officer' and department_id is not null)
    or (branch = 'supervision' and role = 'supervisor' and department_id is not null)
    or (branch = 'library' and role in ('item-editor','item-reviewer') and department_id is not null))
);
create index org_post_by_person on org_post (person_id, post_id);
create index org_post_by_department on org_post (department_id, role, post_id);
create index org_post_by_hall on org_post (hall_id, role, post_id);
-- Days off and make-up working days: region '' for the whole country, else the overlay of that division.
create table org_calendar_day (
  region          text  not null,
  day             int   not null,
  kind            text  not null check (kind in ('off','work')),
  name            text  not null,
  primary key (region, day)
);
-- The years whose notice has been published.
create table org_calendar_year (
  year            int   not null primary key
);
create view org_region_pub as
  select code, name, name_en, parent, level, kind, in_tree from org_region;
create view org_region_line_pub as
  select code, ancestor, depth from org_region_line;
create view org_department_pub as
  select department_id, key, name, name_en, short_name, region, uscc, code, body_kind, office, phone, complaint_phone, address,
    address_en, in_tree
  from org_department;
create view org_hall_pub as
  select hall_id, key, name, name_en, region, address, address_en, hours, hours_en, phone, one_person from org_hall;
create view org_window_pub as
  select window_id, hall_id, no, kind, name, name_en from org_window;
create view org_post_pub as
  select post_id, person_id, branch, role, name, name_en, department_id, hall_id, window_id, region, civil_servant, from_day, to_day
  from org_post;
create view org_duty_pub as
  select person_id, branch from org_duty;
