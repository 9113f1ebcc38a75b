//! What holds for every table of a database on a server, whichever migration made it: text is compared byte by byte, as
//! SQLite does, and a session sees the rows of its school only.
//!
//! Lives here: those rules, carried out after the migrations. May not live here: tables.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};

/// Order and comparison of text do not depend on the language of the server.
const BYTEWISE: &str = "
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT c.relname, a.attname FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_collation l ON l.oid = a.attcollation
    WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND a.atttypid = 'text'::regtype AND l.collname <> 'C'
  LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE text COLLATE \"C\"', found.relname, found.attname);
  END LOOP;
END $$;
";

/// The setting `draaiboek.school` names the school whose rows a transaction sees and writes; `*` means all, nothing means
/// none. Tables without a school of their own follow the instance they belong to. The policies hold for the owner of
/// the tables too. Tables that have theirs are left alone: each would have to be locked against all nodes at once. Whoever
/// changes this rule drops the policies in a migration.
const SCHOOLS: &str = "
DO $$
DECLARE found record; seen text;
BEGIN
  FOR found IN
    SELECT c.relname,
      bool_or(a.attname = 'school') AS of_school, bool_or(a.attname = 'instance_pk') AS of_instance,
      c.relname = 'school' AS is_school
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity
        AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'of_school'))
    GROUP BY c.relname
  LOOP
    IF found.is_school THEN
      seen := 'id = (SELECT current_setting(''draaiboek.school'', true))';
    ELSIF found.of_school THEN
      seen := 'school = (SELECT current_setting(''draaiboek.school'', true))';
    ELSIF found.of_instance THEN
      seen := format('EXISTS (SELECT 1 FROM instance WHERE instance.pk = %I.instance_pk)', found.relname);
    ELSE
      CONTINUE;
    END IF;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', found.relname);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', found.relname);
    EXECUTE format('DROP POLICY IF EXISTS of_school ON %I', found.relname);
    EXECUTE format(
      'CREATE POLICY of_school ON %I USING ((SELECT current_setting(''draaiboek.school'', true)) = ''*'' OR %s)',
      found.relname, seen);
  END LOOP;
END $$;
";

/// Puts these rules into force, also for tables that a migration just made. Does nothing for a file.
///
/// # Errors
/// The database.
pub async fn settle(database: &impl ConnectionTrait) -> Result<(), DbErr> {
    if database.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for rules in [BYTEWISE, SCHOOLS] {
        database.execute_unprepared(rules).await?;
    }
    Ok(())
}
