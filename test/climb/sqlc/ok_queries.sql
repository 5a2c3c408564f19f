--: case_by_id (case_id id) -> row (number text?, state text, open bool, due time?)
select number, state, open, due from case_case where case_id = :case_id;

--: case_with_item (state text, after id, most int)
--: -> rows (case_id id, name text, fee money)
select c.case_id, i.name, i.fee from case_case c join item_item_pub i on i.item_id = c.item_id
where c.state = :state and c.case_id > :after order by c.case_id limit :most;

--: case_close (case_id id) -> none
update case_case set state = 'accepted', open = 0 where case_id = :case_id;   -- it's no text: "quotes", offset; rollback

--: case_open_counts () -> rows (state text, n int)
with open_cases as (select state from case_case where open = 1) select state, count(*) as n from open_cases group by state;

--: case_any () -> row (there bool)
select exists (select 1 from case_case where number like '%;--"' or number = ':x') as there;

--: case_flag (case_id id) -> row (open int)
select open from case_case where case_id = :case_id;

--: case_search (query text) -> rows (case_id id)
select case_id from case_case where number = :query;
--postgresql
select case_id from case_case where to_tsvector('simple', number) @@ to_tsquery('simple', :query) and case_id::text <> '';
