-- A region's window reads with its reader's rights: the row security of schema consolidated applies, whoever owns the view.
alter view fact set (security_invoker = true, security_barrier = true);
alter view facility set (security_invoker = true, security_barrier = true);
