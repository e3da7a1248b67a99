create table scenario (
    scenario_id integer primary key,
    account_id  integer not null references account (account_id),
    name        text not null,
    program     text not null,
    inputs      text not null,
    shared      integer not null default 0,
    created_at  text not null,
    changed_at  text not null,
    unique (account_id, name)
);
