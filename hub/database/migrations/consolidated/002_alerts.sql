-- Whoever draws the facts also looks whether they pass a threshold.
grant select on fact to consolidated_writer;
