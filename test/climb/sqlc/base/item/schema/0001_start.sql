-- step: expand
create table item_item (
  item_id  id    primary key,
  name     text  not null,
  secret   text,
  fee      money not null,
  open     bool  not null
);
create view item_item_pub as select item_id, name, fee, open from item_item;
