-- Of a facility whose node's past has branched (a disk that was cloned or put back): up to which position of its journal
-- the node's own changes were put into its feed, so that each branch learns of the other.
alter table facility add column branches_given bigint;
