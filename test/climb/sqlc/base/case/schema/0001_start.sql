-- step: expand
create table case_case (
  case_id   id    primary key,
  item_id   id    not null references item_item (item_id),
  number    text  unique,
  state     text  not null check (state in ('received', 'accepted')),
  open      bool  not null,
  due       time,
  facts     json  not null
);
create view case_brief_pub as select case_id, number, state from case_case;
