-- What was refused may be taken later: it then leaves the quarantine.
grant delete on quarantine to haggui_service;

create index quarantine_by_time on quarantine (refused_at desc, facility desc, incarnation desc, sequence desc);
