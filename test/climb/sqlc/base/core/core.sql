--: core_steps () -> rows (room text, number int, applied_at time)
select room, number, applied_at from core_schema order by room, number;
