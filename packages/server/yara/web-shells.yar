// Traits of web shells: what a visitor sends is run. A page that only reads what it is sent has none of them.
// `begins` and `needs`: how each file begins that a rule is of, and words of which one stands in it. A file of 4 MB or more that has none is not
// scanned, so a pattern has to hold one of its rule's words in each of its forms. `rule-gates.test.ts` tries them.

rule php_runs_what_it_is_sent
{
  meta:
    id = "HF-0101"
    severity = "critical"
    what = "PHP that runs what a request sends"
    reference = "https://cwe.mitre.org/data/definitions/95.html"
    needs = "$_GET | $_POST | $_REQUEST | $_COOKIE | $_SERVER | $_FILES"
  strings:
    $open = /<\?(php|=|\s)/ nocase
    $run = /\b(eval|assert|system|passthru|shell_exec|popen|proc_open|pcntl_exec|create_function)\s{0,8}\(\s{0,8}@?\s{0,8}((base64_decode|str_rot13|gzinflate|urldecode|rawurldecode|trim|stripslashes|strrev|hex2bin)\s{0,8}\(\s{0,8}){0,3}\$_(GET|POST|REQUEST|COOKIE|SERVER|FILES)\b/ nocase
    $tick = /`\s{0,8}\$_(GET|POST|REQUEST|COOKIE|SERVER)\b/ nocase
    $named = /\$_(GET|POST|REQUEST|COOKIE)\s{0,4}\[[^\]\n]{1,40}\]\s{0,4}\(\s{0,4}@?\$_(GET|POST|REQUEST|COOKIE)\b/ nocase
  condition:
    $open and any of ($run, $tick, $named)
}

rule php_runs_what_is_packed
{
  meta:
    id = "HF-0102"
    severity = "high"
    what = "PHP that unpacks text and runs it"
    reference = "https://attack.mitre.org/techniques/T1027/"
    needs = "gzinflate | gzuncompress | gzdecode | str_rot13 | base64_decode | strrev | hex2bin | convert_uudecode | preg_replace"
  strings:
    $open = /<\?(php|=|\s)/ nocase
    $unpacked = /\b(eval|assert)\s{0,8}\(\s{0,8}@?((gzinflate|gzuncompress|gzdecode|str_rot13|base64_decode|strrev|hex2bin|convert_uudecode)\s{0,8}\(\s{0,8}){1,6}["'$]/ nocase
    $replaced = /preg_replace\s{0,8}\(\s{0,8}["']([\/#~|@]).{0,80}[\/#~|@][imsx]{0,4}e[imsxu]{0,4}["']\s{0,4},/ nocase
  condition:
    $open and any of ($unpacked, $replaced)
}
