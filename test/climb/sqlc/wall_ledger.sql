--@ core/core.sql
--: core_forget (room text) -> none
delete from core_schema where room = :room;
