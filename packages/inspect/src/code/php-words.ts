/** Functions whose names nothing but PHP uses: a call counts wherever it stands outside a sentence. */
export const DISTINCT_FUNCTIONS: ReadonlySet<string> = words(
  'base64_decode base64_encode gzinflate gzuncompress gzdecode gzcompress gzdeflate gzencode gzopen gzread gzwrite gzfile gzpassthru ' +
    'bzopen bzread bzdecompress bzcompress str_rot13 strrev shell_exec passthru proc_open proc_close proc_nice proc_terminate ' +
    'proc_get_status popen pclose escapeshellcmd escapeshellarg file_get_contents file_put_contents fopen fclose fread fwrite fputs ' +
    'fgets fgetc fgetss fgetcsv fputcsv feof fflush ftruncate fscanf fsockopen pfsockopen readfile readgzfile file_exists fileowner fileperms ' +
    'filegroup fileinode filemtime filectime fileatime filesize filetype is_file is_dir is_link is_readable is_writable is_writeable is_executable ' +
    'is_uploaded_file move_uploaded_file tempnam tmpfile symlink readlink linkinfo unlink rmdir mkdir chgrp chown chmod lchown lchgrp ' +
    'scandir opendir readdir closedir rewinddir chroot fnmatch disk_free_space disk_total_space diskfreespace parse_ini_file parse_ini_string highlight_file highlight_string ' +
    'show_source php_strip_whitespace phpinfo phpversion phpcredits php_uname php_sapi_name php_ini_loaded_file php_ini_scanned_files zend_version ' +
    'sys_get_temp_dir sys_getloadavg getenv putenv ini_get ini_set ini_alter ini_restore ini_get_all get_cfg_var set_time_limit ignore_user_abort ' +
    'error_reporting error_log trigger_error set_error_handler create_function call_user_func call_user_func_array call_user_method ' +
    'forward_static_call func_get_args func_get_arg function_exists method_exists property_exists class_exists register_shutdown_function ' +
    'register_tick_function usort uasort uksort iterator_apply unserialize serialize var_dump var_export print_r debug_backtrace ' +
    'debug_print_backtrace debug_zval_refcount get_defined_vars get_defined_constants get_defined_functions get_loaded_extensions get_extension_funcs ' +
    'get_declared_classes get_object_vars get_class get_class_methods get_class_vars get_parent_class get_current_user get_include_path set_include_path ' +
    'get_included_files get_required_files get_magic_quotes_gpc get_resource_type getcwd getmyuid getmygid getmypid getmyinode getlastmod getservbyname getservbyport ' +
    'gethostname gethostbyname gethostbyaddr gethostbynamel getprotobyname getrusage getopt getimagesize getmxrr checkdnsrr dns_get_record ' +
    'simplexml_load_file simplexml_load_string utf8_encode utf8_decode hex2bin bin2hex convert_uudecode convert_uuencode convert_cyr_string quoted_printable_decode ' +
    'rawurldecode rawurlencode urldecode urlencode http_build_query parse_str parse_url htmlspecialchars htmlspecialchars_decode htmlentities ' +
    'html_entity_decode nl2br strip_tags stripslashes addslashes stripcslashes addcslashes chunk_split wordwrap strtr substr_replace substr_count ' +
    'substr_compare str_ireplace str_replace str_repeat str_pad str_split str_shuffle str_word_count strcspn strspn strpbrk strrchr strncmp strncasecmp ' +
    'strcasecmp strnatcmp strcoll similar_text levenshtein soundex metaphone sprintf vsprintf vprintf fprintf vfprintf number_format money_format ' +
    'is_array is_string is_int is_integer is_long is_float is_double is_numeric is_bool is_null is_object is_resource is_callable is_a is_subclass_of is_scalar ' +
    'intval floatval doubleval strval boolval settype gettype in_array range_key ' +
    'setcookie setrawcookie header_remove headers_list headers_sent http_response_code ob_start ob_get_contents ob_get_clean ob_end_clean ob_end_flush ' +
    'assert_options assert_option extract compact mt_rand mt_srand lcg_value uniqid random_bytes openlog syslog closelog leak mail_parse ' +
    'eval_r system_exec dl_open apache_child_terminate apache_get_modules apache_getenv apache_setenv virtual ' +
    'spl_autoload spl_autoload_register spl_autoload_call spl_classes spl_object_hash preg_match preg_match_all preg_replace preg_replace_callback ' +
    'preg_split preg_grep preg_quote ereg eregi ereg_replace eregi_replace mb_ereg mb_ereg_replace mb_eregi_replace mb_send_mail ' +
    'zip_open zip_read zip_entry_read xmlrpc_decode xmlrpc_entity_decode easter_days cal_info jdtojewish utf8_to fbird_connect ibase_connect ingres_connect ' +
    'expect_popen event_new runkit_function_rename rrd_create uopz_call override_function rename_function msgfmt_create ' +
    'hash_file hash_hmac_file hash_update_file md5_file sha1_file crypt_blowfish imagecreatefrompng bindtextdomain usleep',
);
/** Families of PHP functions by the first part of the name. */
export const FUNCTION_FAMILY: RegExp =
  /^(?:array|mb|curl|posix|pcntl|mysqli?|pg|oci|odbc|sqlite|ftp|ssh2|stream|socket|ctype|iconv|xmlwriter|libxml|simplexml|imap|readline|openssl|mcrypt|apache|php|dba|dbase|shmop|sem|msg|exif|inotify|yaml|wddx|opcache|apcu?|xcache|wincache|session|gmp|bc|snmp|gnupg|pspell|enchant|tidy|xslt|cubrid|maxdb|mssql|sybase|ifx|radius|ncurses|newt|swf|pdf|hash|password|com|variant|event|expect|fdf|finfo|gmmktime|ob|spl|zend|zip|bson|mongo|cyrus|kadm5|ldap|fam|geoip|gupnp|image|intl|intlcal|kadm|lchash|m|mailparse|memcache|mhash|ming|mqseries|msession|newrelic|notes|nsapi|openal|parsekit|ps|px|rpm|runkit|sqlsrv|stats|svn|tcpwrap|trader|udm|vpopmail|win32|xdiff|xhprof|yaz|yp)_(?:[a-z0-9]+_?)+$/;
/** Names of such families that SQL and spreadsheet expressions use too. */
export const SHARED_NAMES: ReadonlySet<string> = words(
  'array_agg array_length array_to_string array_append array_position array_remove array_contains pg_sleep pg_size_pretty mb_total m_total ps_id event_type session_id_or event_date password_hash_ok m_id',
);
/** Functions with everyday names: a call counts when the value is that call and nothing else. */
export const EVERYDAY_FUNCTIONS: ReadonlySet<string> = words(
  'exec system eval assert printf chr ord hexdec dechex bindec decbin octdec substr strlen strpos stripos strrpos strstr stristr strchr strtolower strtoupper ' +
    'ucfirst ucwords lcfirst implode explode trim ltrim rtrim chop nl2br glob dirname basename realpath pathinfo rename header mail die exit include ' +
    'include_once require require_once define defined constant isset unset empty pack unpack serialize md5 sha1 crc32 crypt gettext ngettext ' +
    'print_r dl virtual sleep flock fstat lstat umask ftok syslog metaphone rand srand array_map ' +
    'getallheaders popen spawn passthru call_user_func getdate localtime mktime gmmktime strtotime strftime checkdate',
);
/** Functions that run or open what they are given, however their names are put together. */
export const DANGEROUS_FUNCTIONS: RegExp =
  /system|exec|passthru|popen|proc_open|assert|eval|phpinfo|base64_decode|file_get_contents|file_put_contents|readfile|fopen|create_function|call_user_func|array_map|unlink|scandir|highlight_file|show_source|phpversion|php_uname|getenv|var_dump|print_r/;
/** Functions that do harm by themselves, so that the lines around the call do not matter. */
export const HARMFUL_FUNCTIONS: RegExp =
  /^(?:system|exec|passthru|shell_exec|p?open|popen|proc_open|pcntl_exec|assert|eval|phpinfo|base64_decode|gzinflate|str_rot13|file_(?:get|put)_contents|readfile|create_function|call_user_func(?:_array)?|unserialize|scandir|highlight_file|show_source|php_uname|move_uploaded_file|fsockopen|pfsockopen|ini_set|putenv|get_defined_vars)$/;
/** Directives of php.ini that change what is run or what is forbidden: never set by a form. */
export const DANGEROUS_SETTINGS: ReadonlySet<string> = words(
  'allow_url_include allow_url_fopen auto_prepend_file auto_append_file disable_functions disable_classes open_basedir ' +
    'suhosin.simulation cgi.force_redirect cgi.redirect_status_env cgi.fix_pathinfo extension_dir zend_extension sendmail_path error_prepend_string error_append_string ' +
    'unserialize_callback_func enable_dl user_ini.filename opcache.preload opcache.file_cache phar.readonly xdebug.remote_host ' +
    'xdebug.remote_enable xdebug.client_host register_globals',
);
/** Other directives of php.ini that are words of their own. */
export const SETTINGS: ReadonlySet<string> = words(
  'memory_limit max_execution_time max_input_time max_input_vars max_file_uploads display_errors display_startup_errors log_errors error_log html_errors ' +
    'xmlrpc_errors include_path file_uploads upload_tmp_dir upload_max_filesize post_max_size short_open_tag asp_tags output_buffering output_handler ' +
    'implicit_flush variables_order request_order register_argc_argv auto_globals_jit magic_quotes_gpc magic_quotes_runtime default_mimetype ' +
    'default_socket_timeout doc_root user_dir enable_post_data_reading ignore_user_abort expose_php safe_mode serialize_precision zlib.output_compression ' +
    'sql.safe_mode browscap docref_root docref_ext report_memleaks track_errors ignore_repeated_errors highlight.string hard_timeout ' +
    'realpath_cache_size realpath_cache_ttl sys_temp_dir url_rewriter.tags zend.assertions zend.multibyte arg_separator.input arg_separator.output',
);
/** Directives that begin with the name of an extension. */
export const SETTING_FAMILY: RegExp =
  /^(?:(?:opcache|mbstring|xdebug|suhosin|phar|pcre|fastcgi|cgi|zend|oci8|mysqlnd|apc|sqlsrv|zlib|assert)\.[a-z][a-z0-9_.]{2,48}|session\.(?:save|auto|use|cookie|upload|gc|serialize|sid|cache|lazy|trans|referer|entropy|hash)_[a-z0-9_.]{2,48}|date\.(?:timezone|default_\w{1,32})|mail\.(?:log|add_x_header|force_extra_parameters)|curl\.cainfo|openssl\.ca(?:file|path)|soap\.wsdl_cache\w{0,16}|mysqli?\.(?:default|allow|max|reconnect|trace)\w{0,32}|ldap\.max_links|gd\.jpeg_ignore_warning|exif\.(?:encode|decode)_\w{1,32}|tidy\.(?:default_config|clean_output))$/;

/** A set written as one blank-separated string, so that long lists stay readable. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
