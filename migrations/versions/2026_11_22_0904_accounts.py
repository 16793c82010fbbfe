"""Accounts, their secrets behind one-row functions, sessions, mailed links, OpenID codes, rate limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0004_accounts"
down_revision = "0003_payments"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# Where only the functions below may look.
SECRET_TABLES = ("credential", "recovery_code", "auth_session", "email_token", "authorization_code")
CARD = "id uuid, email text, name text, locale text, is_central boolean, is_demo boolean, confirmed_at timestamptz"

# A session is alive if neither it nor its parent ended, ran out, or lay idle for two weeks.
ALIVE = """s.ended_at IS NULL AND s.expires_at > p_now AND s.seen_at > p_now - interval '14 days'
  AND (s.parent_id IS NULL OR (p.ended_at IS NULL AND p.expires_at > p_now))"""

# Each: its name, arguments, what it returns, its language and its body.
FUNCTIONS = (
    (
        "account_open",
        "p_id uuid, p_email text, p_name text, p_locale text, p_password text, p_confirmed timestamptz, p_replace boolean, p_now timestamptz",
        "uuid",
        "plpgsql",
        # p_replace: signing up again before the address was confirmed counts, so that nobody can plant a password in advance.
        """DECLARE v_id uuid;
        BEGIN
        INSERT INTO account (id, email, name, locale, is_central, is_demo, confirmed_at, created_at)
          VALUES (p_id, p_email, p_name, p_locale, false, false, p_confirmed, p_now)
          ON CONFLICT (email) DO UPDATE SET name = p_name, locale = p_locale WHERE p_replace AND account.confirmed_at IS NULL
          RETURNING id INTO v_id;
        IF v_id IS NULL THEN RETURN NULL; END IF;
        INSERT INTO credential (account_id, password_hash, password_changed_at, totp_step) VALUES (v_id, p_password, p_now, 0)
          ON CONFLICT (account_id) DO UPDATE SET password_hash = p_password, password_changed_at = p_now;
        RETURN v_id;
        END""",
    ),
    (
        "account_card",
        "p_id uuid",
        f"TABLE ({CARD})",
        "sql",
        "SELECT id, email, name, locale, is_central, is_demo, confirmed_at FROM account WHERE id = p_id",
    ),
    (
        "credential_of",
        "p_email text, p_id uuid",
        f"TABLE ({CARD}, password_hash text, totp_secret text, totp_proposed text, totp_step bigint, recovery_left integer)",
        "sql",
        """SELECT a.id, a.email, a.name, a.locale, a.is_central, a.is_demo, a.confirmed_at,
               c.password_hash, c.totp_secret, c.totp_proposed, c.totp_step,
               (SELECT count(*)::integer FROM recovery_code r WHERE r.account_id = a.id AND r.used_at IS NULL)
             FROM account a JOIN credential c ON c.account_id = a.id WHERE a.email = p_email OR a.id = p_id LIMIT 1""",
    ),
    (
        "password_set",
        "p_id uuid, p_hash text, p_now timestamptz",
        "void",
        "sql",
        "UPDATE credential SET password_hash = p_hash, password_changed_at = p_now WHERE account_id = p_id",
    ),
    (
        "account_confirm",
        "p_id uuid, p_now timestamptz",
        "void",
        "sql",
        "UPDATE account SET confirmed_at = p_now WHERE id = p_id AND confirmed_at IS NULL",
    ),
    (
        "email_change",
        "p_id uuid, p_email text",
        "boolean",
        "plpgsql",
        """BEGIN
        UPDATE account SET email = p_email WHERE id = p_id;
        RETURN FOUND;
        EXCEPTION WHEN unique_violation THEN RETURN false;
        END""",
    ),
    (
        "totp_propose",
        "p_id uuid, p_secret text",
        "void",
        "sql",
        "UPDATE credential SET totp_proposed = p_secret WHERE account_id = p_id",
    ),
    (
        "totp_enable",
        "p_id uuid, p_step bigint",
        "boolean",
        "plpgsql",
        """BEGIN
        UPDATE credential SET totp_secret = totp_proposed, totp_proposed = NULL, totp_step = p_step
          WHERE account_id = p_id AND totp_proposed IS NOT NULL;
        RETURN FOUND;
        END""",
    ),
    (
        "totp_spend",
        "p_id uuid, p_step bigint",
        "boolean",
        "plpgsql",
        """BEGIN
        UPDATE credential SET totp_step = p_step WHERE account_id = p_id AND totp_secret IS NOT NULL AND totp_step < p_step;
        RETURN FOUND;
        END""",
    ),
    (
        "totp_remove",
        "p_id uuid",
        "void",
        "sql",
        """DELETE FROM recovery_code WHERE account_id = p_id;
             UPDATE credential SET totp_secret = NULL, totp_proposed = NULL WHERE account_id = p_id""",
    ),
    (
        "recovery_replace",
        "p_id uuid, p_hashes bytea[]",
        "void",
        "sql",
        """DELETE FROM recovery_code WHERE account_id = p_id;
             INSERT INTO recovery_code (account_id, code_hash) SELECT p_id, unnest(p_hashes)""",
    ),
    (
        "recovery_spend",
        "p_id uuid, p_hash bytea, p_now timestamptz",
        "boolean",
        "plpgsql",
        """BEGIN
        UPDATE recovery_code SET used_at = p_now WHERE account_id = p_id AND code_hash = p_hash AND used_at IS NULL;
        RETURN FOUND;
        END""",
    ),
    (
        "session_open",
        (
            "p_id uuid, p_account uuid, p_hub bigint, p_parent uuid, p_token bytea, p_agent text, p_pending boolean,"
            " p_factor timestamptz, p_now timestamptz, p_expires timestamptz"
        ),
        "void",
        "sql",
        """INSERT INTO auth_session (id, account_id, hub_id, parent_id, token_hash, user_agent, is_pending, second_factor_at,
                                      created_at, seen_at, expires_at)
             VALUES (p_id, p_account, p_hub, p_parent, p_token, p_agent, p_pending, p_factor, p_now, p_now, p_expires)""",
    ),
    (
        "session_viewer",
        "p_token bytea, p_hub bigint, p_now timestamptz",
        (
            "TABLE (session_id uuid, root_id uuid, is_pending boolean, has_second_factor boolean, account_id uuid, email text,"
            " name text, locale text, is_central boolean, is_demo boolean)"
        ),
        "plpgsql",
        # SKIP LOCKED: noting that somebody was seen never makes two of their requests wait for each other.
        f"""#variable_conflict use_column
        BEGIN
        RETURN QUERY SELECT s.id, coalesce(s.parent_id, s.id), s.is_pending, coalesce(p.second_factor_at, s.second_factor_at) IS NOT NULL,
            a.id, a.email, a.name, a.locale, a.is_central, a.is_demo
          FROM auth_session s JOIN account a ON a.id = s.account_id LEFT JOIN auth_session p ON p.id = s.parent_id
          WHERE s.token_hash = p_token AND s.hub_id IS NOT DISTINCT FROM p_hub AND {ALIVE};
        IF FOUND THEN
          UPDATE auth_session SET seen_at = p_now WHERE id IN (
            SELECT t.id FROM auth_session s JOIN auth_session t ON t.id IN (s.id, s.parent_id)
            WHERE s.token_hash = p_token AND t.seen_at < p_now - interval '5 minutes' FOR NO KEY UPDATE OF t SKIP LOCKED);
        END IF;
        END""",
    ),
    (
        "session_admit",
        "p_id uuid, p_token bytea, p_factor timestamptz, p_expires timestamptz",
        "void",
        "sql",
        """UPDATE auth_session SET is_pending = false, second_factor_at = coalesce(p_factor, second_factor_at), token_hash = p_token,
             expires_at = p_expires WHERE id = p_id AND ended_at IS NULL""",
    ),
    (
        "session_end",
        "p_root uuid, p_account uuid, p_now timestamptz",
        "integer",
        "sql",
        """WITH ended AS (UPDATE auth_session SET ended_at = p_now
             WHERE (id = p_root OR parent_id = p_root) AND account_id = p_account AND ended_at IS NULL RETURNING 1)
             SELECT count(*)::integer FROM ended""",
    ),
    (
        "sessions_end_others",
        "p_account uuid, p_keep uuid, p_now timestamptz",
        "integer",
        "sql",
        """WITH ended AS (UPDATE auth_session SET ended_at = p_now
             WHERE account_id = p_account AND coalesce(parent_id, id) IS DISTINCT FROM p_keep AND ended_at IS NULL RETURNING parent_id)
             SELECT count(*)::integer FROM ended WHERE parent_id IS NULL""",
    ),
    (
        "sessions_of",
        "p_account uuid, p_now timestamptz",
        "TABLE (id uuid, user_agent text, created_at timestamptz, seen_at timestamptz, hub_ids bigint[])",
        "sql",
        f"""SELECT s.id, s.user_agent, s.created_at, s.seen_at,
               ARRAY(SELECT c.hub_id FROM auth_session c WHERE c.parent_id = s.id AND c.ended_at IS NULL GROUP BY c.hub_id ORDER BY 1)
             FROM auth_session s LEFT JOIN auth_session p ON p.id = s.parent_id
             WHERE s.account_id = p_account AND s.parent_id IS NULL AND NOT s.is_pending AND {ALIVE}
             ORDER BY s.seen_at DESC LIMIT 50""",
    ),
    (
        "link_ask",
        (
            "p_id uuid, p_email text, p_account uuid, p_purpose text, p_next text, p_locale text, p_hub bigint, p_now timestamptz,"
            " p_expires timestamptz"
        ),
        "void",
        "sql",
        # The same work whether or not the address is known; only the newest link of a kind works.
        """WITH who AS (SELECT account.id FROM account WHERE CASE WHEN p_account IS NULL THEN email = p_email ELSE account.id = p_account END),
               old AS (UPDATE email_token t SET used_at = p_now FROM who
                       WHERE t.account_id = who.id AND t.purpose = p_purpose AND t.used_at IS NULL)
             INSERT INTO email_token (id, address, account_id, purpose, next_url, locale, hub_id, created_at, expires_at)
             VALUES (p_id, p_email, (SELECT who.id FROM who), p_purpose, p_next, p_locale, p_hub, p_now, p_expires)""",
    ),
    (
        "link_peek",
        "p_hash bytea, p_now timestamptz",
        "TABLE (purpose text, address text, next_url text)",
        "sql",
        """SELECT purpose, address, next_url FROM email_token
             WHERE token_hash = p_hash AND account_id IS NOT NULL AND used_at IS NULL AND expires_at > p_now""",
    ),
    (
        "link_use",
        "p_hash bytea, p_purpose text, p_now timestamptz",
        "TABLE (link_id uuid, account_id uuid, address text, next_url text, email text, name text, locale text)",
        "sql",
        # A link to an address that the account has left no longer counts.
        """UPDATE email_token t SET used_at = p_now FROM account a
             WHERE t.token_hash = p_hash AND t.purpose = p_purpose AND t.used_at IS NULL AND t.expires_at > p_now
               AND a.id = t.account_id AND (p_purpose = 'change' OR a.email = t.address)
             RETURNING t.id, t.account_id, t.address, t.next_url, a.email, a.name, a.locale""",
    ),
    (
        "code_issue",
        (
            "p_hash bytea, p_session uuid, p_hub bigint, p_redirect text, p_challenge text, p_nonce text, p_scope text,"
            " p_now timestamptz, p_expires timestamptz"
        ),
        "void",
        "sql",
        """INSERT INTO authorization_code (code_hash, session_id, hub_id, redirect_uri, challenge, nonce, scope, created_at, expires_at)
             VALUES (p_hash, p_session, p_hub, p_redirect, p_challenge, p_nonce, p_scope, p_now, p_expires)""",
    ),
    (
        "code_use",
        "p_hash bytea, p_hub bigint, p_now timestamptz",
        "TABLE (session_id uuid, account_id uuid, redirect_uri text, challenge text, nonce text, scope text, signed_in_at timestamptz)",
        "sql",
        f"""WITH used AS (UPDATE authorization_code SET used_at = p_now
               WHERE code_hash = p_hash AND hub_id = p_hub AND used_at IS NULL AND expires_at > p_now RETURNING *)
             SELECT s.id, s.account_id, used.redirect_uri, used.challenge, used.nonce, used.scope, s.created_at
             FROM used JOIN auth_session s ON s.id = used.session_id LEFT JOIN auth_session p ON p.id = s.parent_id
             WHERE NOT s.is_pending AND {ALIVE}""",
    ),
)


def _types(arguments: str) -> str:
    return ", ".join(argument.strip().split(" ", 1)[1] for argument in arguments.split(","))


def _tables() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("is_central", sa.Boolean, nullable=False),
        sa.Column("is_demo", sa.Boolean, nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("email"),
        sa.CheckConstraint("email = lower(email)", name="email_is_lower"),
    )
    op.create_table(
        "credential",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("password_hash", sa.Text),
        sa.Column("password_changed_at", TIME, nullable=False),
        sa.Column("totp_secret", sa.Text),
        sa.Column("totp_proposed", sa.Text),
        sa.Column("totp_step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        sa.Column("used_at", TIME),
    )
    op.create_table(
        "auth_session",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        sa.Column("parent_id", sa.Uuid, sa.ForeignKey("auth_session.id"), index=True),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.Column("is_pending", sa.Boolean, nullable=False),
        sa.Column("second_factor_at", TIME),
        *(sa.Column(name, TIME, nullable=False) for name in ("created_at", "seen_at", "expires_at")),
        sa.Column("ended_at", TIME),
        sa.UniqueConstraint("token_hash"),
        sa.CheckConstraint("(hub_id IS NULL) = (parent_id IS NULL)", name="hub_sessions_have_a_parent"),
    )
    op.create_table(
        "email_token",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), index=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("purpose", "address", "next_url", "locale")),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        sa.Column("token_hash", sa.LargeBinary),
        *(sa.Column(name, TIME, nullable=False) for name in ("created_at", "expires_at")),
        sa.Column("used_at", TIME),
        sa.UniqueConstraint("token_hash"),
        sa.CheckConstraint("purpose IN ('confirm', 'reset', 'change')", name="purpose"),
    )
    op.create_table(
        "authorization_code",
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("auth_session.id"), nullable=False, index=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("redirect_uri", "challenge", "nonce", "scope")),
        *(sa.Column(name, TIME, nullable=False) for name in ("created_at", "expires_at")),
        sa.Column("used_at", TIME),
    )
    op.create_table(
        "login_throttle",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("subject", sa.LargeBinary, primary_key=True),
        sa.Column("since", TIME, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Index("ix_login_throttle_since", "since"),
    )


def upgrade() -> None:
    """Create."""
    _tables()
    everything = "SELECT, INSERT, UPDATE, DELETE"
    statements = [
        # Addresses stay out of the app role's sight: one at a time through account_card.
        "GRANT SELECT (id, name, locale, is_central, is_demo, confirmed_at, created_at) ON account TO hubapp_app",
        "GRANT UPDATE (name, locale) ON account TO hubapp_app",
        *rls.grant("account", app="", central=everything),
        *rls.grant("login_throttle", app="SELECT, INSERT, UPDATE", central=everything),
    ]
    for table in SECRET_TABLES:
        statements += rls.grant(table, app="", central=everything)
    for name, arguments, returns, language, body in FUNCTIONS:
        statements.append(
            f"CREATE FUNCTION {name}({arguments}) RETURNS {returns} LANGUAGE {language} SECURITY DEFINER"
            f" SET search_path = public, pg_temp AS $function$ {body} $function$"
        )
        statements += rls.definer(f"{name}({_types(arguments)})")
    for statement in statements:
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    """Undo."""
    for name, arguments, *_rest in reversed(FUNCTIONS):
        for statement in rls.drop_definer(f"{name}({_types(arguments)})"):
            op.execute(statement)
    for table in (
        "login_throttle",
        "authorization_code",
        "email_token",
        "auth_session",
        "recovery_code",
        "credential",
        "account",
    ):
        op.drop_table(table)
