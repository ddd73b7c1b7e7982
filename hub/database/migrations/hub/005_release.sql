-- Whose copy was released holds the record no more.
grant delete on holder to haggui_service;
