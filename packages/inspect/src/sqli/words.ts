/** Words that begin a clause: what stands before one is a complete operand. */
export const CLAUSE_WORDS: ReadonlySet<string> = words(
  'union intersect except minus where having group order limit offset procedure into as from for when then else end waitfor ' +
    'exec execute select set values on join inner left using fetch',
);
/** Words at which a clause, a condition, a query or a statement may begin. */
export const JUDGED_WORDS: ReadonlySet<string> = words(
  'union intersect except minus select where having when rlike and or group order into waitfor procedure in case from as sysobjects match',
);
/** Words that begin a statement or go on with one. */
export const STATEMENT_WORDS: ReadonlySet<string> = words(
  'insert replace update delete drop create alter truncate shutdown declare begin call do prepare merge backup reconfigure grant load ' +
    'copy iif attach handler use table database by all distinct distinctrow outfile dumpfile delay against boolean mode analyse data ' +
    'infile program immediate array if end then else',
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
    'sys_exec make_set elt crypt_key readfile writefile edit httpuritype waitfor raise_error get_lock lo_get lo_from_bytea lo_put ' +
    'json_depth coercibility inet6_aton st_pointfromgeohash pg_read_binary_file pg_stat_file pg_logdir_ls pg_sleep_until xmlconcat ' +
    'query_to_xml_and_xmlschema table_to_xml cursor_to_xml sys_get regexp_like_any load_xml',
);
/** Functions that only databases have under these names; a value that is one of them and an open parenthesis is a probe. */
export const PROBED_FUNCTIONS: ReadonlySet<string> = words(
  'aes_encrypt aes_decrypt des_encrypt des_decrypt old_password bit_and bit_or bit_xor bit_count bit_length char_length character_length ' +
    'charset coercibility collation connection_id convert_tz crc32 curdate curtime date_add date_sub date_format datediff dayname ' +
    'dayofmonth dayofweek dayofyear default degrees encode decode encrypt extract field find_in_set format found_rows from_base64 ' +
    'from_days from_unixtime get_format get_lock release_lock is_free_lock is_used_lock inet_aton inet_ntoa inet6_aton inet6_ntoa ' +
    'insert json_array json_object json_extract json_keys json_depth json_length json_valid json_search json_unquote last_day ' +
    'last_insert_id ln load_file log log10 log2 lpad rpad makedate maketime make_set master_pos_wait microsecond mid monthname ' +
    'oct octet_length ord period_add period_diff quarter radians random_bytes row_count sec_to_time sha sha1 sha2 sign st_astext ' +
    'std stddev stddev_pop stddev_samp str_to_date subdate substring_index subtime sysdate time_format time_to_sec timediff ' +
    'timestampadd timestampdiff to_base64 to_days to_seconds truncate uncompress uncompressed_length unhex unix_timestamp ' +
    'update_xml utc_date utc_time utc_timestamp uuid_short values var_pop var_samp variance weekday weekofyear weight_string ' +
    'yearweek xmltype xmlelement xmlforest quote_literal quote_ident regexp_replace regexp_matches regexp_substr regexp_instr ' +
    'split_part string_to_array array_agg array_to_string to_number to_date to_timestamp to_hex translate initcap btrim ' +
    'nvl2 rawtohex hextoraw utl_raw listagg sys_context userenv patindex charindex quotename stuff replicate datalength ' +
    'object_name col_name schema_name type_name suser_sname is_member is_srvrolemember has_dbaccess isdate isnumeric newid ' +
    'sqlite_compileoption_used total_changes last_insert_rowid typeof likelihood unlikely julianday crypt_key ' +
    'rand random round ceil ceiling floor sleep benchmark compress concat concat_ws group_concat extractvalue updatexml ' +
    'cot acos asin atan atan2 power pow adddate addtime elt export_set bin conv crypt_gen_random hash_file pg_client_encoding ' +
    'sin cos tan sqrt sum avg min max count now date time year month day hour minute second week abs mod pi trim ltrim rtrim upper lower ' +
    'repeat replace reverse space password version database schema user session_user system_user current_user char chr hex bin ascii ' +
    'ord instr position substr substring if ifnull isnull nvl decode rownum json_agg jsonb_agg json_build_object jsonb_build_object ' +
    'row_to_json to_json to_jsonb json_each jsonb_each xpath xpath_exists query_to_xml table_to_xml database_to_xml lo_import ' +
    'lo_export lo_create lo_unlink pg_sleep pg_read_file current_database current_schema version_comment overlay string_agg ' +
    'generate_series unnest regexp_split_to_array set_config current_setting has_table_privilege inet_client_addr host_name ' +
    'db_name db_id suser_id user_id is_srvrolemember openquery openrowset opendatasource object_id fn_helpcollations ' +
    'load_extension sqlite_version changes glob randomblob zeroblob soundex difference tz_offset nls_upper sys_guid dbms_random ' +
    'interval isempty ucase lcase left right md5 length cast convert coalesce nullif greatest least',
);
/** Packages and procedures whose every member is dangerous; matched as the start of a dotted or underscored name. */
export const DANGEROUS_PREFIXES: readonly string[] = [
  'dbms_',
  'utl_',
  'ctxsys.',
  'user_lock.',
  'xp_',
  'sp_',
  'pg_read_',
  'pg_ls_',
  'pg_sleep',
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
    'strftime likely unlikely likelihood lpad rpad find_in_set json_length json_valid json_type json_contains json_object json_array json_value ' +
    'regexp_like regexp_replace regexp_substr regexp_instr char_length octet_length bit_length crc32 sha2 sha to_base64 ' +
    'from_base64 substring_index field interval curdate curtime unix_timestamp sysdate datalength charindex patindex ' +
    'quotename stuff object_name schema_name suser_name suser_sname typeof unicode printf instrb to_number to_date rawtohex ' +
    'listagg xmlagg array_agg array_to_string string_to_array split_part translate initcap coercibility charset collation row_count ' +
    'connection_id last_insert_id current_setting inet_server_addr sys_context userenv choose try_cast try_convert trunc',
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
  'sysmaster',
  'sysdatabases',
  'sysprocesses',
  'syslogins',
  'sqlite_temp_master',
  'mysql.user',
  'msysobjects',
  'msysqueries',
  'all_tab_',
  'user_tab_',
  'user_users',
  'pg_class',
  'pg_namespace',
  'pg_proc',
  'pg_roles',
  'pg_authid',
  'pg_stat_',
  'v$version',
  'v$instance',
  'v$session',
  'performance_schema',
  'dba_users',
];

const SPLIT_WORDS = words(
  'and or xor by is null from all as distinct limit offset into outfile insert update delete drop create alter truncate table values ' +
    'set case when then else end exec execute declare waitfor delay cast convert order group like between regexp rlike in on ' +
    'exists database schema procedure dual shutdown',
);

/** True for the words that filters look for, and attackers write in pieces. */
export function isSqlWord(word: string): boolean {
  return SPLIT_WORDS.has(word) || JUDGED_WORDS.has(word) || SCALAR_FUNCTIONS.has(word) || DANGEROUS_FUNCTIONS.has(word);
}

/** True when a name belongs to a database's own catalogue. */
export function isCatalogueName(name: string): boolean {
  return CATALOGUE_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** True when calling the name is an attack by itself. */
export function isDangerousName(name: string): boolean {
  if (DANGEROUS_FUNCTIONS.has(name)) return true;
  // Every prefix has one of these signs: most names need not be compared with all of them.
  return (name.includes('_') || name.includes('.')) && DANGEROUS_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** A set written as one blank-separated string, so that long lists stay readable. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
