-- The lists. All share their columns and filters; they differ in what drives them, so that each is answered from an index.
-- part: 0 only `home`, the regions above it and inside it, 1 all others, 2 every region. Empty text or 0: no such filter.

-- By id.
--: item_list_all (after id, region text, department text, department_id int, theme text, theme_kind text, object text, type text,
--:   part int, home text, most int)
--: -> rows (item_id id, code text, name text, name_en text?, words text, department text, department_en text?, region text,
--:   region_name text, region_name_en text?, type text, kind text, online bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?)
select i.item_id, i.code, i.name, i.name_en, i.words, d.name as department, d.name_en as department_en, i.region,
  g.name as region_name, g.name_en as region_name_en, i.type, i.kind, i.online, i.legal_n, i.legal_unit, i.promise_n, i.promise_unit
from item_item i
join org_department_pub d on d.department_id = i.department_id
join org_region_pub g on g.code = i.region
where i.published = 1 and i.item_id > :after
  and (:region = '' or i.region = :region)
  and (:department = '' or d.name = :department or d.key = :department or d.department_id = :department_id)
  and (:theme = '' or exists (select 1 from item_theme h
       where h.item_id = i.item_id and h.code = :theme and (:theme_kind = '' or h.kind = :theme_kind)))
  and (:object = '' or (:object = 'person' and i.for_person = 1) or (:object = 'organisation' and i.for_organisation = 1))
  and (:type = '' or i.type = :type)
  and (:part <> 0 or exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
  and (:part <> 1 or not exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
order by i.item_id limit :most;

-- Of a region, of those above it and of those inside it.
--: item_list_home (after id, region text, department text, department_id int, theme text, theme_kind text, object text, type text,
--:   part int, home text, most int)
--: -> rows (item_id id, code text, name text, name_en text?, words text, department text, department_en text?, region text,
--:   region_name text, region_name_en text?, type text, kind text, online bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?)
select i.item_id, i.code, i.name, i.name_en, i.words, d.name as department, d.name_en as department_en, i.region,
  g.name as region_name, g.name_en as region_name_en, i.type, i.kind, i.online, i.legal_n, i.legal_unit, i.promise_n, i.promise_unit
from item_item i
join org_department_pub d on d.department_id = i.department_id
join org_region_pub g on g.code = i.region
where i.published = 1 and i.item_id > :after and i.region in (
    select x.ancestor from org_region_line_pub x where x.code = :home
    union select y.code from org_region_line_pub y where y.ancestor = :home)
  and (:region = '' or i.region = :region)
  and (:department = '' or d.name = :department or d.key = :department or d.department_id = :department_id)
  and (:theme = '' or exists (select 1 from item_theme h
       where h.item_id = i.item_id and h.code = :theme and (:theme_kind = '' or h.kind = :theme_kind)))
  and (:object = '' or (:object = 'person' and i.for_person = 1) or (:object = 'organisation' and i.for_organisation = 1))
  and (:type = '' or i.type = :type)
  and (:part <> 0 or exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
  and (:part <> 1 or not exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
order by i.item_id limit :most;

-- Of one region.
--: item_list_region (after id, region text, department text, department_id int, theme text, theme_kind text, object text, type text,
--:   part int, home text, most int)
--: -> rows (item_id id, code text, name text, name_en text?, words text, department text, department_en text?, region text,
--:   region_name text, region_name_en text?, type text, kind text, online bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?)
select i.item_id, i.code, i.name, i.name_en, i.words, d.name as department, d.name_en as department_en, i.region,
  g.name as region_name, g.name_en as region_name_en, i.type, i.kind, i.online, i.legal_n, i.legal_unit, i.promise_n, i.promise_unit
from item_item i
join org_department_pub d on d.department_id = i.department_id
join org_region_pub g on g.code = i.region
where i.published = 1 and i.item_id > :after and i.region = :region
  and (:region = '' or i.region = :region)
  and (:department = '' or d.name = :department or d.key = :department or d.department_id = :department_id)
  and (:theme = '' or exists (select 1 from item_theme h
       where h.item_id = i.item_id and h.code = :theme and (:theme_kind = '' or h.kind = :theme_kind)))
  and (:object = '' or (:object = 'person' and i.for_person = 1) or (:object = 'organisation' and i.for_organisation = 1))
  and (:type = '' or i.type = :type)
  and (:part <> 0 or exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
  and (:part <> 1 or not exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
order by i.item_id limit :most;

-- Of one department, by its number, name or key.
--: item_list_department (after id, region text, department text, department_id int, theme text, theme_kind text, object text, type text,
--:   part int, home text, most int)
--: -> rows (item_id id, code text, name text, name_en text?, words text, department text, department_en text?, region text,
--:   region_name text, region_name_en text?, type text, kind text, online bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?)
select i.item_id, i.code, i.name, i.name_en, i.words, d.name as department, d.name_en as department_en, i.region,
  g.name as region_name, g.name_en as region_name_en, i.type, i.kind, i.online, i.legal_n, i.legal_unit, i.promise_n, i.promise_unit
from item_item i
join org_department_pub d on d.department_id = i.department_id
join org_region_pub g on g.code = i.region
where i.published = 1 and i.item_id > :after
  and i.department_id in (select x.department_id from org_department_pub x
    where x.name = :department or x.key = :department or x.department_id = :department_id)
  and (:region = '' or i.region = :region)
  and (:department = '' or d.name = :department or d.key = :department or d.department_id = :department_id)
  and (:theme = '' or exists (select 1 from item_theme h
       where h.item_id = i.item_id and h.code = :theme and (:theme_kind = '' or h.kind = :theme_kind)))
  and (:object = '' or (:object = 'person' and i.for_person = 1) or (:object = 'organisation' and i.for_organisation = 1))
  and (:type = '' or i.type = :type)
  and (:part <> 0 or exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
  and (:part <> 1 or not exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
order by i.item_id limit :most;

-- Of one theme.
--: item_list_theme (after id, region text, department text, department_id int, theme text, theme_kind text, object text, type text,
--:   part int, home text, most int)
--: -> rows (item_id id, code text, name text, name_en text?, words text, department text, department_en text?, region text,
--:   region_name text, region_name_en text?, type text, kind text, online bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?)
select i.item_id, i.code, i.name, i.name_en, i.words, d.name as department, d.name_en as department_en, i.region,
  g.name as region_name, g.name_en as region_name_en, i.type, i.kind, i.online, i.legal_n, i.legal_unit, i.promise_n, i.promise_unit
from item_theme t join item_item i on i.item_id = t.item_id
join org_department_pub d on d.department_id = i.department_id
join org_region_pub g on g.code = i.region
where i.published = 1 and t.item_id > :after and t.code = :theme
  and t.kind = :theme_kind
  and (:region = '' or i.region = :region)
  and (:department = '' or d.name = :department or d.key = :department or d.department_id = :department_id)
  and (:theme = '' or exists (select 1 from item_theme h
       where h.item_id = i.item_id and h.code = :theme and (:theme_kind = '' or h.kind = :theme_kind)))
  and (:object = '' or (:object = 'person' and i.for_person = 1) or (:object = 'organisation' and i.for_organisation = 1))
  and (:type = '' or i.type = :type)
  and (:part <> 0 or exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
  and (:part <> 1 or not exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
order by t.item_id limit :most;

-- Candidates that hold up to three tokens; t1 is the rarest.
--: item_search_token (t1 text, t2 text, t3 text, region text, department text, department_id int, theme text, theme_kind text, object text, type text,
--:   part int, home text, most int)
--: -> rows (item_id id, code text, name text, name_en text?, words text, department text, department_en text?, region text,
--:   region_name text, region_name_en text?, type text, kind text, online bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?)
select i.item_id, i.code, i.name, i.name_en, i.words, d.name as department, d.name_en as department_en, i.region,
  g.name as region_name, g.name_en as region_name_en, i.type, i.kind, i.online, i.legal_n, i.legal_unit, i.promise_n, i.promise_unit
from item_token t join item_item i on i.item_id = t.item_id
join org_department_pub d on d.department_id = i.department_id
join org_region_pub g on g.code = i.region
where i.published = 1 and t.token = :t1
  and (:t2 = '' or exists (select 1 from item_token y where y.token = :t2 and y.item_id = i.item_id))
  and (:t3 = '' or exists (select 1 from item_token z where z.token = :t3 and z.item_id = i.item_id))
  and (:region = '' or i.region = :region)
  and (:department = '' or d.name = :department or d.key = :department or d.department_id = :department_id)
  and (:theme = '' or exists (select 1 from item_theme h
       where h.item_id = i.item_id and h.code = :theme and (:theme_kind = '' or h.kind = :theme_kind)))
  and (:object = '' or (:object = 'person' and i.for_person = 1) or (:object = 'organisation' and i.for_organisation = 1))
  and (:type = '' or i.type = :type)
  and (:part <> 0 or exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
  and (:part <> 1 or not exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
order by t.item_id limit :most;

-- Candidates with a token in a range: codes and words by their beginning, single characters.
--: item_search_prefix (low text, high text, region text, department text, department_id int, theme text, theme_kind text, object text, type text,
--:   part int, home text, most int)
--: -> rows (item_id id, code text, name text, name_en text?, words text, department text, department_en text?, region text,
--:   region_name text, region_name_en text?, type text, kind text, online bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?)
select i.item_id, i.code, i.name, i.name_en, i.words, d.name as department, d.name_en as department_en, i.region,
  g.name as region_name, g.name_en as region_name_en, i.type, i.kind, i.online, i.legal_n, i.legal_unit, i.promise_n, i.promise_unit
from item_item i
join org_department_pub d on d.department_id = i.department_id
join org_region_pub g on g.code = i.region
where i.published = 1 and i.item_id in (select t.item_id from item_token t where t.token >= :low and t.token <= :high)
  and (:region = '' or i.region = :region)
  and (:department = '' or d.name = :department or d.key = :department or d.department_id = :department_id)
  and (:theme = '' or exists (select 1 from item_theme h
       where h.item_id = i.item_id and h.code = :theme and (:theme_kind = '' or h.kind = :theme_kind)))
  and (:object = '' or (:object = 'person' and i.for_person = 1) or (:object = 'organisation' and i.for_organisation = 1))
  and (:type = '' or i.type = :type)
  and (:part <> 0 or exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
  and (:part <> 1 or not exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
order by i.item_id limit :most;

-- Names that begin like this.
--: item_search_name (low text, high text, region text, department text, department_id int, theme text, theme_kind text, object text, type text,
--:   part int, home text, most int)
--: -> rows (item_id id, code text, name text, name_en text?, words text, department text, department_en text?, region text,
--:   region_name text, region_name_en text?, type text, kind text, online bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?)
select i.item_id, i.code, i.name, i.name_en, i.words, d.name as department, d.name_en as department_en, i.region,
  g.name as region_name, g.name_en as region_name_en, i.type, i.kind, i.online, i.legal_n, i.legal_unit, i.promise_n, i.promise_unit
from item_item i
join org_department_pub d on d.department_id = i.department_id
join org_region_pub g on g.code = i.region
where i.published = 1 and i.name >= :low and i.name <= :high
  and (:region = '' or i.region = :region)
  and (:department = '' or d.name = :department or d.key = :department or d.department_id = :department_id)
  and (:theme = '' or exists (select 1 from item_theme h
       where h.item_id = i.item_id and h.code = :theme and (:theme_kind = '' or h.kind = :theme_kind)))
  and (:object = '' or (:object = 'person' and i.for_person = 1) or (:object = 'organisation' and i.for_organisation = 1))
  and (:type = '' or i.type = :type)
  and (:part <> 0 or exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
  and (:part <> 1 or not exists (select 1 from org_region_line_pub l
       where (l.code = :home and l.ancestor = i.region) or (l.code = i.region and l.ancestor = :home)))
order by i.name limit :most;

-- How common a token is, counted no further than :most.
--: item_token_count (token text, most int) -> row (n int)
select count(*) as n from (select 1 as one from item_token where token = :token limit :most) x;

--: item_token_add (token text, item_id id) -> none
insert into item_token (token, item_id) values (:token, :item_id);

--: item_token_clear (item_id id) -> none
delete from item_token where item_id = :item_id;

-- One item.
--: item_head_by_code (code text)
--: -> row (item_id id, code text, name text, name_en text?, version int, type text, kind text, department_id id, region text,
--:   level int, online bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?, code_national bool, code_own bool)
select item_id, code, name, name_en, version, type, kind, department_id, region, level, online, legal_n, legal_unit, promise_n, promise_unit,
  code_national, code_own
from item_item where code = :code and published = 1;

--: item_id_by_key (key text) -> row (item_id id, department_id id)
select item_id, department_id from item_item where key = :key;

--: item_place (item_id id)
--: -> row (department text, department_en text?, phone text?, complaint_phone text?, region_name text, region_name_en text?)
select d.name as department, d.name_en as department_en, d.phone, d.complaint_phone, g.name as region_name, g.name_en as region_name_en
from item_item i
join org_department_pub d on d.department_id = i.department_id
join org_region_pub g on g.code = i.region
where i.item_id = :item_id;

--: item_body (item_id id, version int) -> row (body json, source text, imported_at time)
select body, source, imported_at from item_version where item_id = :item_id and version = :version;

-- For the linter: published guides, one by one.
--: item_lint_one (code text) -> row (body json)
select v.body from item_item i join item_version v on v.item_id = i.item_id and v.version = i.version
where i.published = 1 and i.code = :code;

--: item_lint_after (after id) -> row (item_id id, code text, body json)
select i.item_id, i.code, v.body from item_item i join item_version v on v.item_id = i.item_id and v.version = i.version
where i.published = 1 and i.item_id > :after order by i.item_id limit 1;

--: item_hash (item_id id, version int) -> row (hash blob)
select hash from item_version where item_id = :item_id and version = :version;

-- What a submission is checked by: an extract of the body, so that the writer need not read all of that.
--: item_form_part (item_id id, version int) -> row (form json)
select form from item_version where item_id = :item_id and version = :version;

--: item_findings (item_id id) -> rows (field text, what text, detail text)
select field, what, detail from item_finding where item_id = :item_id order by field, what;

--: item_entrusted_now (hall_id id, item_id id, day int) -> row (entrust_id id)
select entrust_id from item_entrust
where hall_id = :hall_id and item_id = :item_id and from_day <= :day and (to_day is null or to_day >= :day)
order by entrust_id limit 1;

-- Where an item is received today.
--: item_halls (item_id id, day int)
--: -> rows (hall_id id, key text, name text, name_en text?, address text, address_en text?, hours text, hours_en text?, phone text?)
select h.hall_id, h.key, h.name, h.name_en, h.address, h.address_en, h.hours, h.hours_en, h.phone
from org_hall_pub h
where exists (select 1 from item_entrust e
  where e.item_id = :item_id and e.hall_id = h.hall_id and e.from_day <= :day and (e.to_day is null or e.to_day >= :day))
order by h.hall_id;

-- The home page. home: the chosen region.
--: item_popular (home text, most int) -> rows (item_id id, code text, name text, name_en text?)
select i.item_id, i.code, i.name, i.name_en from item_item i
where i.published = 1 and i.online = 1
  and i.region in (select x.ancestor from org_region_line_pub x where x.code = :home
    union select y.code from org_region_line_pub y where y.ancestor = :home)
order by i.item_id limit :most;

--: item_theme_counts (kind text) -> rows (code text, n int)
select code, count(*) as n from item_theme where kind = :kind group by code order by code;

--: item_home_top () -> row (code text)
select code from org_region_pub where parent is null and in_tree = 1 order by code limit 1;

--: item_region_name (code text) -> row (name text, name_en text?)
select name, name_en from org_region_pub where code = :code;

--: item_department_name (department_id id) -> row (name text, name_en text?)
select name, name_en from org_department_pub where department_id = :department_id;

-- Import.
--: item_known (code text) -> row (item_id id, version int, hash blob)
select i.item_id, i.version, v.hash from item_item i
join item_version v on v.item_id = i.item_id and v.version = i.version
where i.code = :code;

--: item_department_by_key (key text) -> row (department_id id, region text, name text)
select department_id, region, name from org_department_pub where key = :key;

--: item_hall_by_key (key text) -> row (hall_id id)
select hall_id from org_hall_pub where key = :key;

--: item_add (item_id id, code text, code_national bool, code_own bool, key text?, basic text?, name text, name_en text?, main_item text?,
--:   type text, kind text, department_id id, region text, level int, online bool, for_person bool, for_organisation bool,
--:   legal_n int?, legal_unit text?, promise_n int?, promise_unit text?, words text, version int) -> none
insert into item_item (item_id, code, code_national, code_own, key, basic, name, name_en, main_item, type, kind, department_id, region,
  level, online, for_person, for_organisation, legal_n, legal_unit, promise_n, promise_unit, words, version, published)
values (:item_id, :code, :code_national, :code_own, :key, :basic, :name, :name_en, :main_item, :type, :kind, :department_id, :region,
  :level, :online, :for_person, :for_organisation, :legal_n, :legal_unit, :promise_n, :promise_unit, :words, :version, 1)
on conflict (item_id) do update set code_national = excluded.code_national, code_own = excluded.code_own, key = excluded.key,
  basic = excluded.basic, name = excluded.name, name_en = excluded.name_en, main_item = excluded.main_item, type = excluded.type,
  kind = excluded.kind, department_id = excluded.department_id, region = excluded.region, level = excluded.level,
  online = excluded.online, for_person = excluded.for_person, for_organisation = excluded.for_organisation,
  legal_n = excluded.legal_n, legal_unit = excluded.legal_unit, promise_n = excluded.promise_n,
  promise_unit = excluded.promise_unit, words = excluded.words, version = excluded.version;

--: item_version_add (item_id id, version int, body json, form json, hash blob, source text, imported_at time) -> none
insert into item_version (item_id, version, body, form, hash, source, imported_at)
values (:item_id, :version, :body, :form, :hash, :source, :imported_at);

--: item_material_add (item_id id, version int, no int, name text, required bool, ways text, format text, originals int, copies int) -> none
insert into item_material (item_id, version, no, name, required, ways, format, originals, copies)
values (:item_id, :version, :no, :name, :required, :ways, :format, :originals, :copies);

--: item_theme_add (kind text, code text, item_id id) -> none
insert into item_theme (kind, code, item_id) values (:kind, :code, :item_id) on conflict (kind, code, item_id) do nothing;

--: item_theme_clear (item_id id) -> none
delete from item_theme where item_id = :item_id;

--: item_finding_add (item_id id, field text, what text, detail text) -> none
insert into item_finding (item_id, field, what, detail) values (:item_id, :field, :what, :detail)
on conflict (item_id, field, what) do nothing;

--: item_finding_clear (item_id id) -> none
delete from item_finding where item_id = :item_id;

--: item_entrust_add (entrust_id id, hall_id id, item_id id, department_id id, instrument text, instrument_no text, from_day int,
--:   to_day int?, acts text) -> none
insert into item_entrust (entrust_id, hall_id, item_id, department_id, instrument, instrument_no, from_day, to_day, acts)
values (:entrust_id, :hall_id, :item_id, :department_id, :instrument, :instrument_no, :from_day, :to_day, :acts)
on conflict (hall_id, item_id, department_id, from_day) do update set instrument = excluded.instrument,
  instrument_no = excluded.instrument_no, to_day = excluded.to_day, acts = excluded.acts;
