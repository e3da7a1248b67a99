-- An account may be limited to hospitals, by CCN.
create table account_scope_of_four (
    account_id integer not null references account (account_id),
    kind       text not null check (kind in ('aco', 'tin', 'npi', 'ccn')),
    value      text not null,
    primary key (account_id, kind, value)
);

insert into account_scope_of_four (account_id, kind, value) select account_id, kind, value from account_scope;

drop table account_scope;

alter table account_scope_of_four rename to account_scope;
