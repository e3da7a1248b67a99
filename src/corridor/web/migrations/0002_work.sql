create table work_state (
    only_one integer primary key check (only_one = 1),
    secret   text not null,
    place    integer not null
);

create table work_item (
    item        text primary key,
    list        text not null,
    status      text not null check (status in ('open', 'assigned', 'done', 'not_applicable')),
    assignee_id integer references account (account_id),
    due         text,
    note        text not null default '',
    version     integer not null,
    place       integer not null,
    changed_at  text not null,
    changed_by  text not null,
    run_id      text not null,
    gone_run    text,
    person_id   integer not null,
    tin         text,
    npi         text,
    aco_id      text,
    kind        text not null,
    words       text not null,
    dollars     real
);

create index work_item_place on work_item (place);

create table work_change (
    change_id   integer primary key,
    item        text not null references work_item (item),
    version     integer not null,
    change_key  text not null,
    at          text not null,
    account     text not null,
    status      text not null,
    assignee    text not null,
    assignee_id integer,
    due         text,
    note        text not null,
    run_id      text not null,
    asked       text not null,
    unique (item, version)
);

create index work_change_key on work_change (item, change_key);
