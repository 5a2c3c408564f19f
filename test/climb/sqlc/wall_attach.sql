--: case_attach (file text) -> none
attach :file as other;
