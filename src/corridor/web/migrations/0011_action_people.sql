-- What is done may leave in a file, where few people blank the figures.
alter table action_item add column people integer;
