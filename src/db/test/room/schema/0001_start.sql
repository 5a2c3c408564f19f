-- step: expand
-- The room that the engine's own tests use: every type, a unique key, a foreign key, a check.
create table shop_article (
  article_id  id    primary key,
  title       text  not null unique,
  price       money not null check (price >= 0),
  sold        bool  not null default 0,
  seen_at     time,
  note        text,
  extra       json,
  picture     blob
);
create table shop_order (
  order_id    id    primary key,
  article_id  id    not null references shop_article (article_id),
  buyer       text  not null,
  amount      int   not null check (amount between 1
                                    and 99)
);
create index shop_order_by_article on shop_order (article_id, order_id);
create view shop_article_pub as select article_id, title, price from shop_article;
