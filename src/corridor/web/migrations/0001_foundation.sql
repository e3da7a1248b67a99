create table account (
    account_id    integer primary key,
    name          text not null unique,
    password_hash text not null,
    disabled      integer not null default 0,
    must_change   integer not null default 1,
    every_row     integer not null default 0,
    failures      integer not null default 0,
    locked_until  text,
    created_at    text not null
);

create table account_role (
    account_id integer not null references account (account_id),
    role       text not null,
    primary key (account_id, role)
);

create table account_scope (
    account_id integer not null references account (account_id),
    kind       text not null check (kind in ('aco', 'tin', 'npi')),
    value      text not null,
    primary key (account_id, kind, value)
);

create table session (
    session_hash text primary key,
    account_id   integer not null references account (account_id),
    csrf         text not null,
    created_at   text not null,
    seen_at      text not null
);

create table api_token (
    token_id   integer primary key,
    token_hash text not null unique,
    account_id integer not null references account (account_id),
    label      text not null,
    reach      text not null,
    created_at text not null,
    expires_at text not null,
    revoked_at text
);

create table audit (
    place    integer primary key,
    at       text not null,
    account  text not null,
    action   text not null,
    subject  text not null,
    outcome  text not null,
    address  text not null,
    previous text not null,
    hash     text not null unique
);

create trigger audit_is_not_changed before update on audit
begin
    select raise(abort, 'the audit log is append-only');
end;

create trigger audit_is_not_shortened before delete on audit
begin
    select raise(abort, 'the audit log is append-only');
end;
