-- What a session was opened with, as its browser calls itself: its owner tells sessions apart by it.
alter table session add column user_agent text;
