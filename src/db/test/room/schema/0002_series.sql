-- step: expand
create table shop_series (
  series  text  primary key,
  value   int   not null
);
alter table shop_order add column gift bool not null default 0;
--sqlite
create virtual table shop_search using fts5(words, content='', columnsize=0);
--postgresql
create table shop_search (
  article_id  id  primary key,
  words       text
);
--both
