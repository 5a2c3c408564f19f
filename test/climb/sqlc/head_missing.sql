select state from case_case;
