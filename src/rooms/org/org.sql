--: org_region_by_code (code text) -> row (code text, name text, name_en text, parent text?, level int, kind text, in_tree bool)
select code, name, name_en, parent, level, kind, in_tree from org_region where code = :code;

--: org_region_by_alias (alias text) -> row (code text)
select code from org_region_alias where alias = :alias;

--: org_region_put (code text, name text, name_en text, parent text?, level int, kind text, in_tree bool) -> none
insert into org_region (code, name, name_en, parent, level, kind, in_tree)
values (:code, :name, :name_en, :parent, :level, :kind, :in_tree)
on conflict (code) do update set name = excluded.name, name_en = excluded.name_en, parent = excluded.parent,
  level = excluded.level, kind = excluded.kind, in_tree = excluded.in_tree;

--: org_region_line_self (code text) -> none
insert into org_region_line (code, ancestor, depth) values (:code, :code, 0) on conflict (code, ancestor) do nothing;

--: org_region_line_from (code text, parent text) -> none
insert into org_region_line (code, ancestor, depth)
select :code, l.ancestor, l.depth + 1 from org_region_line l where l.code = :parent
on conflict (code, ancestor) do nothing;

--: org_region_alias_put (alias text, code text) -> none
insert into org_region_alias (alias, code) values (:alias, :code) on conflict (alias) do update set code = excluded.code;

--: org_region_inside (code text, ancestor text) -> row (depth int)
select depth from org_region_line where code = :code and ancestor = :ancestor;

--: org_region_path (code text) -> rows (code text, name text, name_en text, level int, in_tree bool)
select r.code, r.name, r.name_en, r.level, r.in_tree
from org_region_line l join org_region r on r.code = l.ancestor
where l.code = :code order by l.depth desc;

--: org_region_top () -> row (code text)
select code from org_region where parent is null and in_tree = 1 order by code limit 1;

--: org_region_below (code text)
--: -> rows (code text, name text, name_en text, parent text?, level int, kind text, depth int)
select r.code, r.name, r.name_en, r.parent, r.level, r.kind, l.depth
from org_region_line l join org_region r on r.code = l.code
where l.ancestor = :code and l.depth between 1 and 2 order by r.code;

--: org_region_busy (parent text) -> rows (code text, name text, name_en text)
select r.code, r.name, r.name_en from org_region r
where r.parent = :parent and exists (
  select 1 from org_region_line l join org_department d on d.region = l.code where l.ancestor = r.code)
order by r.code;

--: org_region_outside (most int) -> rows (code text, name text, name_en text)
select r.code, r.name, r.name_en from org_region r
where r.in_tree = 0 and exists (select 1 from org_department d where d.region = r.code) order by r.code limit :most;

--: org_department_by_id (department_id id)
--: -> row (department_id id, name text, name_en text?, region text, uscc text?, code text?, body_kind int, phone text?,
--:         complaint_phone text?, address text?, address_en text?, in_tree bool, region_name text, region_name_en text)
select d.department_id, d.name, d.name_en, d.region, d.uscc, d.code, d.body_kind, d.phone, d.complaint_phone, d.address,
  d.address_en, d.in_tree, r.name as region_name, r.name_en as region_name_en
from org_department d join org_region r on r.code = d.region where d.department_id = :department_id;

--: org_department_by_key (key text) -> row (department_id id, body_kind int, name text, name_en text?)
select department_id, body_kind, name, name_en from org_department where key = :key;

--: org_department_by_name (region text, name text) -> row (department_id id)
select department_id from org_department where region = :region and name = :name;

--: org_department_add (department_id id, key text, name text, region text, uscc text?, code text?) -> row (department_id id)
insert into org_department (department_id, key, name, region, uscc, code, body_kind, office, in_tree)
values (:department_id, :key, :name, :region, :uscc, :code, 1, 0, 0)
on conflict (region, name) do nothing returning department_id;

--: org_department_put (department_id id, key text, name text, name_en text?, short_name text?, region text,
--:   uscc text?, body_kind int, office bool, phone text?, complaint_phone text?, address text?, address_en text?) -> none
insert into org_department (department_id, key, name, name_en, short_name, region, uscc, body_kind, office, phone,
  complaint_phone, address, address_en, in_tree)
values (:department_id, :key, :name, :name_en, :short_name, :region, :uscc, :body_kind, :office, :phone, :complaint_phone,
  :address, :address_en, 1)
on conflict (key) do update set name = excluded.name, name_en = excluded.name_en, short_name = excluded.short_name,
  region = excluded.region, uscc = excluded.uscc, body_kind = excluded.body_kind, office = excluded.office,
  phone = excluded.phone, complaint_phone = excluded.complaint_phone, address = excluded.address,
  address_en = excluded.address_en, in_tree = 1;

--: org_department_list (region text, after id, most int)
--: -> rows (department_id id, name text, name_en text?, phone text?, address text?, address_en text?)
select department_id, name, name_en, phone, address, address_en from org_department
where region = :region and department_id > :after order by department_id limit :most;

--: org_hall_by_key (key text) -> row (hall_id id, one_person bool, name text, name_en text?)
select hall_id, one_person, name, name_en from org_hall where key = :key;

--: org_hall_put (hall_id id, key text, name text, name_en text?, region text, address text, address_en text?, hours text,
--:   hours_en text?, phone text?, one_person bool) -> none
insert into org_hall (hall_id, key, name, name_en, region, address, address_en, hours, hours_en, phone, one_person)
values (:hall_id, :key, :name, :name_en, :region, :address, :address_en, :hours, :hours_en, :phone, :one_person)
on conflict (key) do update set name = excluded.name, name_en = excluded.name_en, region = excluded.region,
  address = excluded.address, address_en = excluded.address_en, hours = excluded.hours, hours_en = excluded.hours_en,
  phone = excluded.phone, one_person = excluded.one_person;

--: org_hall_list (region text)
--: -> rows (hall_id id, name text, name_en text?, address text, address_en text?, hours text, hours_en text?, phone text?)
select hall_id, name, name_en, address, address_en, hours, hours_en, phone from org_hall where region = :region order by hall_id;

--: org_window_by_no (hall_id id, no text) -> row (window_id id)
select window_id from org_window where hall_id = :hall_id and no = :no;

--: org_window_put (window_id id, hall_id id, no text, kind text, name text, name_en text?) -> none
insert into org_window (window_id, hall_id, no, kind, name, name_en) values (:window_id, :hall_id, :no, :kind, :name, :name_en)
on conflict (hall_id, no) do update set kind = excluded.kind, name = excluded.name, name_en = excluded.name_en;

--: org_duty_add (person_id id, branch text) -> row (person_id id)
insert into org_duty (person_id, branch) values (:person_id, :branch) on conflict (person_id) do nothing returning person_id;

--: org_duty_of (person_id id) -> row (branch text)
select branch from org_duty where person_id = :person_id;

--: org_department_body (department_id id) -> row (body_kind int)
select body_kind from org_department where department_id = :department_id;

--: org_post_other_side (person_id id, hall_id id, role text, from_day int, to_day int) -> row (post_id id)
select p.post_id from org_post p join org_hall h on h.hall_id = p.hall_id join org_hall mine on mine.hall_id = :hall_id
where p.person_id = :person_id and p.branch = 'window' and p.role <> :role and (h.one_person = 0 or mine.one_person = 0)
  and p.from_day <= :to_day and (p.to_day is null or p.to_day >= :from_day)
order by p.post_id limit 1;

--: org_post_same (person_id id, role text, from_day int) -> row (post_id id)
select post_id from org_post where person_id = :person_id and role = :role and from_day = :from_day order by post_id limit 1;

--: org_post_add (post_id id, person_id id, branch text, role text, name text, name_en text?, department_id id?, hall_id id?,
--:   window_id id?, region text, civil_servant bool, from_day int, to_day int?, granter text, reason text, at time) -> none
insert into org_post (post_id, person_id, branch, role, name, name_en, department_id, hall_id, window_id, region, civil_servant,
  from_day, to_day, granter, reason, granted_at)
values (:post_id, :person_id, :branch, :role, :name, :name_en, :department_id, :hall_id, :window_id, :region, :civil_servant,
  :from_day, :to_day, :granter, :reason, :at);

--: org_calendar_put (region text, day int, kind text, name text) -> none
insert into org_calendar_day (region, day, kind, name) values (:region, :day, :kind, :name)
on conflict (region, day) do update set kind = excluded.kind, name = excluded.name;

--: org_calendar_year_put (year int) -> none
insert into org_calendar_year (year) values (:year) on conflict (year) do nothing;

--: org_calendar_span () -> row (first int?, last int?)
select min(year) as first, max(year) as last from org_calendar_year;

--: org_calendar_days (region text, from_day int) -> rows (day int, kind text, name text)
select x.day, x.kind, x.name from (
  select d.day, d.kind, d.name, -99 as nearness from org_calendar_day d where d.region = '' and d.day >= :from_day
  union all
  select d.day, d.kind, d.name, 0 - l.depth as nearness from org_region_line l
  join org_calendar_day d on d.region = l.ancestor and d.day >= :from_day where l.code = :region
) x order by x.day, x.nearness;
