// Traits of web shells: what a visitor sends is run. A page that only reads what it is sent has none of them.
// None is of a file of 4 MB or more: those are not searched for these.

rule php_shell_with_a_page
{
  meta:
    id = "HF-0103"
    severity = "high"
    what = "PHP page to look around in a server and run commands"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
  strings:
    $open = /<\?(php|=|\s)/ nocase
    $run = /\b(shell_exec|passthru|proc_open|popen|pcntl_exec)\s{0,8}\(\s{0,4}["']?[\w\s\/.-]{0,40}\$\w/ nocase
    $sent = /\$_(GET|POST|REQUEST|COOKIE)\b/ nocase
    $a = "posix_getpwuid" nocase
    $b = "disable_functions" nocase
    $c = "php_uname" nocase
    $d = "move_uploaded_file" nocase
    $e = "open_basedir" nocase
    $f = "/etc/passwd"
    $g = "getmyuid" nocase
    $h = "disk_free_space" nocase
  condition:
    filesize < 2MB and $open and $run and $sent and 3 of ($a, $b, $c, $d, $e, $f, $g, $h)
}

rule jsp_runs_what_it_is_sent
{
  meta:
    id = "HF-0104"
    severity = "critical"
    what = "JSP that runs what a request sends"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
  strings:
    $open = /<(%|jsp:scriptlet)/
    $sent = /\.get(Parameter|Header|InputStream|Reader|Cookies)\s{0,4}\(/
    $run = /getRuntime\s{0,4}\(\s{0,4}\)\s{0,8}\.\s{0,8}exec\s{0,4}\(/
    $process = /new\s{1,8}(java\.lang\.)?ProcessBuilder\s{0,4}\(/
    $class = /\bdefineClass\s{0,4}\(/
    $script = /ScriptEngineManager[^;]{0,80};?[^;]{0,200}\.eval\s{0,4}\(/
  condition:
    filesize < 2MB and $open and $sent and any of ($run, $process, $class, $script)
}

rule aspx_runs_what_it_is_sent
{
  meta:
    id = "HF-0105"
    severity = "critical"
    what = "ASP.NET page that runs what a request sends"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
  strings:
    $page = /<%@\s{0,8}(Page|WebHandler|WebService|Import)\b/ nocase
    $eval = /\beval\s{0,4}\(\s{0,4}(System\.Text\.Encoding\.[^)]{0,80}\(\s{0,4})?Request\b/ nocase
    $sent = /\bRequest\s{0,4}(\.\s{0,4}(Form|QueryString|Params|Item|Headers|Cookies|InputStream|BinaryRead)|\[)/ nocase
    $start = /\b(Process\s{0,4}\.\s{0,4}Start|ProcessStartInfo|StartInfo\.FileName)\b/ nocase
    $shell = /\b(cmd\.exe|powershell(\.exe)?)\b/ nocase
    $load = /Assembly\s{0,4}\.\s{0,4}Load\s{0,4}\(/ nocase
    $create = "CreateInstance" nocase
  condition:
    filesize < 2MB and $page and ($eval or ($sent and $start and $shell) or ($sent and $load and $create))
}

rule asp_runs_what_it_is_sent
{
  meta:
    id = "HF-0106"
    severity = "critical"
    what = "ASP page that runs what a request sends"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
  strings:
    $open = "<%"
    $run = /\b(eval|execute|executeglobal)\s{0,4}\(?\s{0,4}request\s{0,4}(\.\s{0,4}(form|querystring|item)\s{0,4})?\(/ nocase
    $shell = /CreateObject\s{0,4}\(\s{0,4}["'](WScript\.Shell|Shell\.Application)["']/ nocase
    $sent = /\bRequest\s{0,4}(\.\s{0,4}(Form|QueryString|Item)\s{0,4})?\(/ nocase
    $exec = /\.\s{0,4}(exec|run|ShellExecute)\s{0,4}\(/ nocase
  condition:
    filesize < 2MB and $open and ($run or ($shell and $sent and $exec))
}

rule perl_runs_what_it_is_sent
{
  meta:
    id = "HF-0107"
    severity = "high"
    what = "Perl that runs what a request sends"
    reference = "https://cwe.mitre.org/data/definitions/78.html"
  strings:
    $first = /^#![^\n]{0,60}perl/
    $param = /\b(system|exec|qx|eval|open\s{0,4}\(?\s{0,4}\w{1,20}\s{0,4},)\s{0,4}[\(\{`"']{0,2}\s{0,4}"?\$?\w{0,12}(->|::)?param\s{0,4}\(/
    $query = /(`|\b(system|exec|eval)\s{0,4}\(?\s{0,4}"?)\s{0,4}\$ENV\{\s{0,2}['"]?(QUERY_STRING|HTTP_[A-Z_]{1,30})/
  condition:
    filesize < 2MB and $first and any of ($param, $query)
}

rule python_runs_what_it_is_sent
{
  meta:
    id = "HF-0108"
    severity = "high"
    what = "Python that runs what a request sends"
    reference = "https://cwe.mitre.org/data/definitions/78.html"
  strings:
    // `.exec(` is a method of regular expressions in JavaScript.
    $run = /(\bos\.(system|popen)|\bsubprocess\.(run|call|Popen|check_output|getoutput|getstatusoutput)|(^|[^.\w])(exec|eval))\s{0,4}\(\s{0,4}(base64\.b64decode\s{0,4}\(\s{0,4})?(flask\.)?(request\.(args|form|values|cookies|headers|data|get_data|GET|POST)|(form|fs|field)\.getvalue|cgi\.FieldStorage|self\.get_argument)/
  condition:
    filesize < 2MB and $run
}
