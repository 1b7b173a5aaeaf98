/** Words that begin a clause: what stands before one is a complete operand. */
export const CLAUSE_WORDS: ReadonlySet<string> = words(
  'union intersect except minus where having group order limit offset procedure into as from for when then else end waitfor ' +
    'exec execute select set values on join inner left using fetch',
);
/** Words that may stand before an operand without changing what it is. */
export const PREFIX_WORDS: ReadonlySet<string> = words('not binary distinct all any some exists distinctrow prior interval');
/** Words that are values. */
export const LITERAL_WORDS: ReadonlySet<string> = words(
  'null true false current_user session_user current_timestamp current_date rownum sysdate localtime',
);
/** Letters that may be glued to a string literal: `n'..'`, `x'..'`, `_utf8'..'`, `date '..'`. */
export const STRING_PREFIXES: ReadonlySet<string> = words('n x b e q u r nq _utf8 _latin1 _binary _ascii date time timestamp');

/** Functions that exist to delay, to read files, to raise an error that carries data, or to run commands. */
export const DANGEROUS_FUNCTIONS: ReadonlySet<string> = words(
  'sleep benchmark pg_sleep pg_sleep_for randomblob zeroblob load_file load_extension extractvalue updatexml xmltype ' +
    'json_keys gtid_subset gtid_subtract procedure_analyse pg_read_file pg_ls_dir lo_import lo_export dblink dblink_connect ' +
    'query_to_xml database_to_xml openrowset opendatasource fn_xe_file_target_read_file regexp_substring generate_series ' +
    'name_const st_latfromgeohash polygon multipoint geometrycollection linestring multilinestring multipolygon sys_eval ' +
    'sys_exec make_set elt crypt_key readfile writefile edit httpuritype waitfor raise_error get_lock',
);
/** Packages and procedures whose every member is dangerous; matched as the start of a dotted or underscored name. */
export const DANGEROUS_PREFIXES: readonly string[] = [
  'dbms_',
  'utl_',
  'ctxsys.',
  'user_lock.',
  'xp_',
  'sp_',
  'master..xp_',
  'master.dbo.',
  'sys.dbms_',
  'sys.utl_',
  'msdb.',
  'ordsys.',
  'sys.xp_',
  'sys.fn_',
];
/** Functions of ordinary SQL; they matter only inside a shape that is already an injection. */
export const SCALAR_FUNCTIONS: ReadonlySet<string> = words(
  'char chr concat concat_ws group_concat string_agg ascii ord substr substring mid left right length len hex unhex cast ' +
    'convert if iif ifnull isnull nullif coalesce count floor rand exp cos sin tan abs pi md5 sha1 user database version ' +
    'schema system_user session_user current_user upper lower ucase lcase reverse repeat replace row bin oct conv like ' +
    'greatest least now decode nvl to_char db_name host_name object_id strcmp strcomp instr locate position mod power quote ' +
    'compress uncompress export_set sum min max avg round soundex space trim ltrim rtrim sqrt uuid json_extract asc chrw ' +
    'strftime',
);
/** Functions that take no argument and answer with the identity of the database. */
export const IDENTITY_FUNCTIONS: ReadonlySet<string> = words(
  'user database version schema system_user session_user current_user current_database db_name host_name sqlite_version ' +
    'suser_name user_name now pi rand sysdate',
);
/** Catalogues that no application value names. */
const CATALOGUE_PREFIXES: readonly string[] = [
  'information_schema',
  'mysql.',
  'sysibm.',
  'syscat.',
  'pg_catalog',
  'rdb$',
  'sqlite_master',
  'sqlite_schema',
  'sysobjects',
  'syscolumns',
  'sysusers',
  'sys.',
  'all_tables',
  'all_users',
  'all_tab_columns',
  'user_tables',
  'master..',
  'master.dbo',
  'msysaccessobjects',
  'domain.',
  'pg_user',
  'pg_shadow',
  'pg_database',
  'pg_tables',
  'performance_schema',
  'dba_users',
];

/** True when a name belongs to a database's own catalogue. */
export function isCatalogueName(name: string): boolean {
  return CATALOGUE_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** True when calling the name is an attack by itself. */
export function isDangerousName(name: string): boolean {
  return DANGEROUS_FUNCTIONS.has(name) || DANGEROUS_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** A set written as one blank-separated string, so that long lists stay readable. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
