-- Queries of the engine's tests.

--: shop_article_add (article_id id, title text, price money, sold bool, seen_at time?, note text?, extra json?, picture blob?)
--: -> none
insert into shop_article (article_id, title, price, sold, seen_at, note, extra, picture)
values (:article_id, :title, :price, :sold, :seen_at, :note, :extra, :picture);

--: shop_article_by_id (article_id id)
--: -> row (title text, price money, sold bool, seen_at time?, note text?, extra json?, picture blob?)
select title, price, sold, seen_at, note, extra, picture from shop_article where article_id = :article_id;

--: shop_article_list (after id, most int) -> rows (article_id id, title text)
select article_id, title from shop_article where article_id > :after order by article_id limit :most;

--: shop_article_any () -> row (article_id id)
select article_id from shop_article;

--: shop_article_wrong_type () -> row (price money)
select case when title = 'x' then 1 else null end as price from shop_article;

--: shop_order_add (order_id id, article_id id, buyer text, amount int) -> none
insert into shop_order (order_id, article_id, buyer, amount) values (:order_id, :article_id, :buyer, :amount);

--: shop_order_buyer (order_id id) -> row (buyer text personal, gift bool)
select buyer, gift from shop_order where order_id = :order_id;

--: shop_order_count () -> row (n int)
select count(*) as n from shop_order;

--: shop_order_drop (order_id id) -> none
delete from shop_order where order_id = :order_id;

--: shop_number_draw (series text) -> row (value int)
insert into shop_series (series, value) values (:series, 1)
on conflict (series) do update set value = shop_series.value + 1 returning value;

--: shop_title_claim (article_id id, title text) -> row (article_id id)
insert into shop_article (article_id, title, price) values (:article_id, :title, 0)
on conflict (title) do nothing returning article_id;

--: shop_endless () -> row (n int)
with recursive counting (n) as (select 1 union all select n + 1 from counting where n < 100000000)
select count(*) as n from counting;

--: shop_endless_write (most int) -> none
insert into shop_order (order_id, article_id, buyer, amount)
with recursive counting (n) as (select 1 union all select n + 1 from counting where n < :most)
select n + 1000, 1, 'counted', 1 from counting;

--: shop_search_add (article_id id, words text) -> none
insert into shop_search (rowid, words) values (:article_id, :words);
--postgresql
insert into shop_search (article_id, words) values (:article_id, :words);

--: shop_search_find (query text) -> rows (article_id id)
select rowid as article_id from shop_search where shop_search match :query order by rowid;
--postgresql
select article_id from shop_search where to_tsvector('simple', words) @@ to_tsquery('simple', :query) order by article_id;
