-- Counting, in the transaction of the act.
--: watch_stand (case_id id)
--: -> row (region text, department_id id, state text, open bool, received_at time?, five_day int?, accepted_at time?, due_day int?,
--:   promised_day int?, made_at time?, window_day int?)
select region, department_id, state, open, received_at, five_day, accepted_at, due_day, promised_day, made_at, window_day
from case_case_pub where case_id = :case_id;

--: watch_supplemented (case_id id) -> row (at time?)
select max(at) as at from case_history_pub where case_id = :case_id and act = 'supplement';

--: watch_counted (case_id id)
--: -> row (region text, department_id id, state text, open bool, near_day int, due_day int)
select region, department_id, state, open, near_day, due_day from watch_case where case_id = :case_id;

--: watch_case_put (case_id id, region text, department_id id, state text, open bool, near_day int, due_day int, at time) -> none
insert into watch_case (case_id, region, department_id, state, open, near_day, due_day, changed_at)
values (:case_id, :region, :department_id, :state, :open, :near_day, :due_day, :at)
on conflict (case_id) do update set region = excluded.region, department_id = excluded.department_id, state = excluded.state,
  open = excluded.open, near_day = excluded.near_day, due_day = excluded.due_day, changed_at = excluded.changed_at;

--: watch_count_add (department_id id, region text, state text, open bool, near_day int, due_day int) -> none
insert into watch_count (department_id, region, state, open, near_day, due_day, n)
values (:department_id, :region, :state, :open, :near_day, :due_day, 1)
on conflict (department_id, region, state, near_day, due_day) do update set n = watch_count.n + 1;

--: watch_count_take (department_id id, region text, state text, near_day int, due_day int) -> none
update watch_count set n = n - 1
where department_id = :department_id and region = :region and state = :state and near_day = :near_day and due_day = :due_day;

--: watch_count_drop (department_id id, region text, state text, near_day int, due_day int) -> none
delete from watch_count where department_id = :department_id and region = :region and state = :state
  and near_day = :near_day and due_day = :due_day and n <= 0;

-- Reading. within: '' for everywhere, else that region and those inside it. department_id 0: all.
--: watch_by_department (today int, within text, department_id id, most int)
--: -> rows (department_id id, name text?, name_en text?, region text, n_open int, n_over int, n_near int, n_none int, n_closed int)
select w.department_id, max(d.name) as name, max(d.name_en) as name_en, w.region,
  sum(case when w.open = 1 then w.n else 0 end) as n_open,
  sum(case when w.due_day > 0 and w.due_day < :today then w.n else 0 end) as n_over,
  sum(case when w.near_day > 0 and w.near_day <= :today and w.due_day >= :today then w.n else 0 end) as n_near,
  sum(case when w.open = 1 and w.due_day = 0 then w.n else 0 end) as n_none,
  sum(case when w.open = 0 then w.n else 0 end) as n_closed
from watch_count w
left join org_department_pub d on d.department_id = w.department_id
where (:department_id = 0 or w.department_id = :department_id)
  and (:within = '' or exists (select 1 from org_region_line_pub l where l.code = w.region and l.ancestor = :within))
group by w.department_id, w.region
order by n_over desc, n_near desc, n_open desc, w.department_id limit :most;

-- The same, all together.
--: watch_total (today int, within text, department_id id) -> row (n_open int?, n_over int?, n_near int?, n_none int?, n_closed int?)
select sum(case when w.open = 1 then w.n else 0 end) as n_open,
  sum(case when w.due_day > 0 and w.due_day < :today then w.n else 0 end) as n_over,
  sum(case when w.near_day > 0 and w.near_day <= :today and w.due_day >= :today then w.n else 0 end) as n_near,
  sum(case when w.open = 1 and w.due_day = 0 then w.n else 0 end) as n_none,
  sum(case when w.open = 0 then w.n else 0 end) as n_closed
from watch_count w
where (:department_id = 0 or w.department_id = :department_id)
  and (:within = '' or exists (select 1 from org_region_line_pub l where l.code = w.region and l.ancestor = :within));

--: watch_by_state (within text, department_id id) -> rows (state text, open bool, n int)
select w.state, w.open, sum(w.n) as n from watch_count w
where (:department_id = 0 or w.department_id = :department_id)
  and (:within = '' or exists (select 1 from org_region_line_pub l where l.code = w.region and l.ancestor = :within))
group by w.state, w.open order by w.state;

-- Regions next below the province (or the province itself) that have cases, with their lights.
--: watch_by_region (today int, department_id id)
--: -> rows (code text, name text, name_en text, level int, n_open int, n_over int, n_near int)
select r.code, r.name, r.name_en, r.level,
  sum(case when w.open = 1 then w.n else 0 end) as n_open,
  sum(case when w.due_day > 0 and w.due_day < :today then w.n else 0 end) as n_over,
  sum(case when w.near_day > 0 and w.near_day <= :today and w.due_day >= :today then w.n else 0 end) as n_near
from watch_count w
join org_region_line_pub l on l.code = w.region
join org_region_pub r on r.code = l.ancestor
where (:department_id = 0 or w.department_id = :department_id)
  and ((r.parent is null and l.depth = 0) or exists (select 1 from org_region_pub p where p.code = r.parent and p.parent is null))
group by r.code, r.name, r.name_en, r.level order by r.level, r.code;

-- Cases past or near their due day, the most urgent first.
--: watch_urgent (today int, late int, within text, department_id id, after_day int, after_id id, most int)
--: -> rows (case_id id, number text?, item_name text, item_name_en text?, state text, department text?, department_en text?,
--:   region text, hall text?, hall_en text?, near_day int, due_day int)
select w.case_id, c.number, c.item_name, i.name_en as item_name_en, w.state, d.name as department, d.name_en as department_en,
  w.region, h.name as hall, h.name_en as hall_en, w.near_day, w.due_day
from watch_case w
join case_case_pub c on c.case_id = w.case_id
left join item_item_pub i on i.item_id = c.item_id
left join org_department_pub d on d.department_id = w.department_id
left join org_hall_pub h on h.hall_id = c.hall_id
where w.due_day > 0 and (w.due_day > :after_day or (w.due_day = :after_day and w.case_id > :after_id))
  and w.near_day <= :today
  and (:late = 0 or (:late = 1 and w.due_day < :today) or (:late = 2 and w.due_day >= :today))
  and (:department_id = 0 or w.department_id = :department_id)
  and (:within = '' or exists (select 1 from org_region_line_pub l where l.code = w.region and l.ancestor = :within))
order by w.due_day, w.case_id limit :most;

--: watch_story (case_id id)
--: -> row (case_id id, number text?, acceptance_no text?, item_name text, item_name_en text?, state text, kind text, channel text,
--:   department_id id, department text?, department_en text?, region text, region_name text?, region_name_en text?, hall text?, hall_en text?,
--:   submitted_at time, received_at time?, five_day int?, accepted_at time?, due_day int?, promised_day int?, decided_at time?, made_at time?,
--:   window_day int?, at_window_at time?, closed_at time?, deemed bool, open bool, near_day int?, clock_day int?)
select c.case_id, c.number, c.acceptance_no, c.item_name, i.name_en as item_name_en, c.state, c.kind, c.channel,
  c.department_id, d.name as department, d.name_en as department_en, c.region, r.name as region_name, r.name_en as region_name_en,
  h.name as hall, h.name_en as hall_en,
  c.submitted_at, c.received_at, c.five_day, c.accepted_at, c.due_day, c.promised_day, c.decided_at, c.made_at, c.window_day,
  c.at_window_at, c.closed_at, c.deemed, c.open, w.near_day, w.due_day as clock_day
from case_case_pub c
left join watch_case w on w.case_id = c.case_id
left join item_item_pub i on i.item_id = c.item_id
left join org_department_pub d on d.department_id = c.department_id
left join org_region_pub r on r.code = c.region
left join org_hall_pub h on h.hall_id = c.hall_id
where c.case_id = :case_id;

-- Posts, not people: who did it stays between the case and its department.
--: watch_history (case_id id) -> rows (seq int, act text, to_state text, at time, post_name text?)
select seq, act, to_state, at, post_name from case_history_pub where case_id = :case_id order by seq desc;

--: watch_department (department_id id) -> row (name text, name_en text?, office bool)
select name, name_en, office from org_department_pub where department_id = :department_id;
--: watch_region (code text) -> row (name text, name_en text)
select name, name_en from org_region_pub where code = :code;
