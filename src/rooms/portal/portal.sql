--: portal_region (code text) -> row (code text, name text, name_en text, parent text?)
select code, name, name_en, parent from org_region_pub where code = :code;

--: portal_top () -> row (code text)
select code from org_region_pub where parent is null and in_tree = 1 order by code limit 1;

-- Departments of the province's own tree in one region.
--: portal_departments (region text, most int) -> rows (department_id id, name text, name_en text?)
select department_id, name, name_en from org_department_pub where region = :region and in_tree = 1 order by department_id limit :most;

-- My space. enterprise_id 0: for myself.
--: portal_drafts (person_id id, enterprise_id id, most int)
--: -> rows (draft_id id, item_name text?, item_name_en text?, updated_at time)
select d.draft_id, i.name as item_name, i.name_en as item_name_en, d.updated_at
from form_draft_pub d left join item_item_pub i on i.item_id = d.item_id
where d.person_id = :person_id and coalesce(d.enterprise_id, 0) = :enterprise_id and d.live = 1
order by d.draft_id desc limit :most;

-- part 1: something is expected of me; 2: others that are open; 3: closed.
--: portal_cases_person (person_id id, part int, most int)
--: -> rows (case_id id, number text?, item_name text, item_name_en text?, state text, desk text, department text?, department_en text?,
--:   hall text?, hall_en text?, region text, near_day int?, clock_day int?, closed_at time?)
select c.case_id, c.number, c.item_name, i.name_en as item_name_en, c.state, c.desk, d.name as department, d.name_en as department_en,
  h.name as hall, h.name_en as hall_en, c.region, w.near_day, w.due_day as clock_day, c.closed_at
from case_case_pub c
left join watch_case_pub w on w.case_id = c.case_id
left join item_item_pub i on i.item_id = c.item_id
left join org_department_pub d on d.department_id = c.department_id
left join org_hall_pub h on h.hall_id = c.hall_id
where c.actor_person_id = :person_id and c.enterprise_id is null
  and ((:part = 1 and c.state in ('awaiting_paper','correcting','at_window'))
    or (:part = 2 and c.open = 1 and c.state not in ('awaiting_paper','correcting','at_window'))
    or (:part = 3 and c.open = 0))
order by c.case_id desc limit :most;

--: portal_cases_enterprise (enterprise_id id, part int, most int)
--: -> rows (case_id id, number text?, item_name text, item_name_en text?, state text, desk text, department text?, department_en text?,
--:   hall text?, hall_en text?, region text, near_day int?, clock_day int?, closed_at time?)
select c.case_id, c.number, c.item_name, i.name_en as item_name_en, c.state, c.desk, d.name as department, d.name_en as department_en,
  h.name as hall, h.name_en as hall_en, c.region, w.near_day, w.due_day as clock_day, c.closed_at
from case_case_pub c
left join watch_case_pub w on w.case_id = c.case_id
left join item_item_pub i on i.item_id = c.item_id
left join org_department_pub d on d.department_id = c.department_id
left join org_hall_pub h on h.hall_id = c.hall_id
where c.enterprise_id = :enterprise_id
  and ((:part = 1 and c.state in ('awaiting_paper','correcting','at_window'))
    or (:part = 2 and c.open = 1 and c.state not in ('awaiting_paper','correcting','at_window'))
    or (:part = 3 and c.open = 0))
order by c.case_id desc limit :most;

--: portal_documents_person (person_id id, most int)
--: -> rows (case_id id, kind text, number text, created_at time, item_name text, item_name_en text?)
select n.case_id, n.kind, n.number, n.created_at, c.item_name, i.name_en as item_name_en
from case_case_pub c join case_notice_pub n on n.case_id = c.case_id
left join item_item_pub i on i.item_id = c.item_id
where c.actor_person_id = :person_id and c.enterprise_id is null order by n.notice_id desc limit :most;

--: portal_documents_enterprise (enterprise_id id, most int)
--: -> rows (case_id id, kind text, number text, created_at time, item_name text, item_name_en text?)
select n.case_id, n.kind, n.number, n.created_at, c.item_name, i.name_en as item_name_en
from case_case_pub c join case_notice_pub n on n.case_id = c.case_id
left join item_item_pub i on i.item_id = c.item_id
where c.enterprise_id = :enterprise_id order by n.notice_id desc limit :most;

--: portal_messages (person_id id, most int)
--: -> rows (message_id id, kind text, item_name text, item_name_en text?, created_at time, read_at time?)
select message_id, kind, item_name, item_name_en, created_at, read_at from note_message_pub
where person_id = :person_id order by message_id desc limit :most;

--: portal_enterprises (person_id id, day int) -> row (n int)
select count(*) as n from person_agent_pub
where person_id = :person_id and from_day <= :day and (to_day is null or to_day >= :day);
--: portal_posts (person_id id, day int) -> row (n int)
select count(*) as n from org_post_pub
where person_id = :person_id and from_day <= :day and (to_day is null or to_day >= :day);

-- Who looked at my data.
--: portal_footprints (person_id id, before id, most int)
--: -> rows (access_id id, at time, post text?, post_en text?, object text, object_id id, purpose text, what text, number text?, item_name text?)
select a.access_id, a.at, p.name as post, p.name_en as post_en, a.object, a.object_id, a.purpose, a.what, c.number, c.item_name
from core_access_pub a
left join org_post_pub p on p.post_id = a.post_id
left join case_case_pub c on a.object = 'case' and c.case_id = a.object_id
where a.person_id = :person_id and a.access_id < :before order by a.access_id desc limit :most;

-- The desk of staff: counted no further than a thousand.
--: portal_hall_count (hall_id id, desk text, state text) -> row (n int)
select count(*) as n from (select 1 as one from case_case_pub
  where hall_id = :hall_id and desk = :desk and state = :state limit 1000) x;

-- late 1: past the due day; 0: near it.
--: portal_hall_lights (hall_id id, desk text, today int, late int) -> row (n int)
select count(*) as n from (select 1 as one from case_case_pub c join watch_case_pub w on w.case_id = c.case_id
  where c.hall_id = :hall_id and c.desk = :desk and w.due_day > 0
    and ((:late = 1 and w.due_day < :today) or (:late = 0 and w.near_day <= :today and w.due_day >= :today)) limit 1000) x;

--: portal_department_count (department_id id, state text) -> row (n int?)
select sum(n) as n from watch_count_pub where department_id = :department_id and state = :state;

--: portal_department_lights (department_id id, today int, late int) -> row (n int?)
select sum(n) as n from watch_count_pub
where department_id = :department_id and state in ('accepted','reviewed') and due_day > 0
  and ((:late = 1 and due_day < :today) or (:late = 0 and near_day <= :today and due_day >= :today));

-- Supervision: department_id 0 for the office, which sees all.
--: portal_office (department_id id) -> row (office bool)
select office from org_department_pub where department_id = :department_id;

--: portal_all_lights (department_id id, today int, late int) -> row (n int?)
select sum(n) as n from watch_count_pub
where (:department_id = 0 or department_id = :department_id) and due_day > 0
  and ((:late = 1 and due_day < :today) or (:late = 0 and near_day <= :today and due_day >= :today));

--: portal_all_open (department_id id) -> row (n int?)
select sum(n) as n from watch_count_pub where open = 1 and (:department_id = 0 or department_id = :department_id);

-- The most urgent of a hall's desk, and of a department.
--: portal_hall_urgent (hall_id id, desk text, most int)
--: -> rows (case_id id, number text?, item_name text, item_name_en text?, state text, region text, near_day int, due_day int)
select c.case_id, c.number, c.item_name, i.name_en as item_name_en, c.state, c.region, w.near_day, w.due_day
from case_case_pub c join watch_case_pub w on w.case_id = c.case_id left join item_item_pub i on i.item_id = c.item_id
where c.hall_id = :hall_id and c.desk = :desk and w.due_day > 0 order by w.due_day, w.case_id limit :most;

--: portal_department_urgent (department_id id, most int)
--: -> rows (case_id id, number text?, item_name text, item_name_en text?, state text, region text, near_day int, due_day int)
select c.case_id, c.number, c.item_name, i.name_en as item_name_en, c.state, c.region, w.near_day, w.due_day
from watch_case_pub w join case_case_pub c on c.case_id = w.case_id left join item_item_pub i on i.item_id = c.item_id
where w.department_id = :department_id and w.due_day > 0 and w.state in ('accepted','reviewed') order by w.due_day, w.case_id limit :most;
