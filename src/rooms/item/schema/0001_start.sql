-- step: expand
create table item_item (
  item_id          id    primary key,
  code             text  not null unique,
  code_national    bool  not null,
  code_own         bool  not null,
  key              text  unique,
  basic            text,
  name             text  not null,
  name_en          text,
  main_item        text,
  type             text  not null,
  kind             text  not null check (kind in ('immediate','commitment','other')),
  department_id    id    not null,
  region           text  not null,
  level            int   not null,
  online           bool  not null,
  for_person       bool  not null,
  for_organisation bool  not null,
  legal_n          int,
  legal_unit       text,
  promise_n        int,
  promise_unit     text,
  words            text  not null,
  version          int   not null,
  published        bool  not null
);
create index item_item_by_region on item_item (region, item_id);
create index item_item_by_department on item_item (department_id, item_id);
create index item_item_by_name on item_item (name, item_id);
create table item_version (
  item_id          id    not null references item_item (item_id),
  version          int   not null,
  body             json  not null,
  form             json  not null,
  hash             blob  not null,
  source           text  not null,
  imported_at      time  not null,
  primary key (item_id, version)
);
create table item_material (
  item_id          id    not null references item_item (item_id),
  version          int   not null,
  no               int   not null,
  name             text  not null,
  required         bool  not null,
  ways             text  not null,
  format           text  not null,
  originals        int   not null,
  copies           int   not null,
  primary key (item_id, version, no)
);
create table item_theme (
  kind             text  not null check (kind in ('person','organisation')),
  code             text  not null,
  item_id          id    not null references item_item (item_id),
  primary key (kind, code, item_id)
);
create index item_theme_by_item on item_theme (item_id);
create table item_finding (
  item_id          id    not null references item_item (item_id),
  field            text  not null,
  what             text  not null,
  detail           text  not null,
  primary key (item_id, field, what)
);
create table item_entrust (
  entrust_id       id    primary key,
  hall_id          id    not null,
  item_id          id    not null references item_item (item_id),
  department_id    id    not null,
  instrument       text  not null,
  instrument_no    text  not null,
  from_day         int   not null,
  to_day           int,
  acts             text  not null,
  unique (hall_id, item_id, department_id, from_day)
);
create index item_entrust_by_item on item_entrust (item_id, hall_id);
-- derived
create table item_token (
  token            text  not null,
  item_id          id    not null,
  primary key (token, item_id)
);
create index item_token_by_item on item_token (item_id);
create view item_item_pub as
  select item_id, code, name, name_en, version, type, kind, department_id, region, level, online,
         legal_n, legal_unit, promise_n, promise_unit, published
  from item_item;
create view item_material_pub as
  select item_id, version, no, name, required, ways, format, originals, copies from item_material;
create view item_entrust_pub as
  select hall_id, item_id, department_id, from_day, to_day from item_entrust;
