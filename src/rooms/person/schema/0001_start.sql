-- step: expand
-- 自然人. The document's number stands here as ciphertext, as keyed hash for look-up and masked for display, never in clear.
create table person_person (
  person_id      id    primary key,
  name           text  not null,
  name_masked    text  not null,
  name_en        text,
  document       text  not null check (document in ('citizen_id','residence_permit','foreign_residence')),
  number_box     blob  not null,
  number_hash    blob  not null unique,
  id_masked      text  not null,
  mobile_box     blob,
  mobile_masked  text,
  mail           text,
  assurance      int   not null check (assurance between 1 and 5),
  demo           bool  not null,
  added_at       time  not null
);
-- 法人和其他组织, by 统一社会信用代码.
create table person_enterprise (
  enterprise_id   id    primary key,
  uscc            text  not null unique,
  name            text  not null,
  name_en         text,
  kind            text  not null,
  region          text,
  address         text,
  legal_person_id id    not null references person_person (person_id),
  demo            bool  not null
);
create index person_enterprise_by_legal on person_enterprise (legal_person_id, enterprise_id);
-- 经办人授权. scope: '*', or words separated by spaces (items the agent may apply for). The legal representative has a row too.
create table person_agent (
  agent_id       id    primary key,
  enterprise_id  id    not null references person_enterprise (enterprise_id),
  person_id      id    not null references person_person (person_id),
  legal          bool  not null,
  scope          text  not null,
  from_day       int   not null,
  to_day         int   check (to_day >= from_day),
  revoked_at     time,
  unique (enterprise_id, person_id, from_day)
);
create index person_agent_by_person on person_agent (person_id, enterprise_id);
-- A person may have several accounts; rules about duties look at the person. hash: Argon2id in its encoded form.
create table person_account (
  account_id     id    primary key,
  account        text  not null unique,
  person_id      id    not null references person_person (person_id),
  hash           text  not null,
  status         text  not null check (status in ('active','locked','closed')),
  changed_at     time  not null
);
create index person_account_by_person on person_account (person_id, account_id);
create view person_person_pub as
  select person_id, name, name_masked, name_en, id_masked, mobile_masked, mail, assurance from person_person;
create view person_enterprise_pub as
  select enterprise_id, name, name_en, uscc, kind, region from person_enterprise;
create view person_agent_pub as
  select enterprise_id, person_id, legal, scope, from_day, to_day from person_agent where revoked_at is null;
