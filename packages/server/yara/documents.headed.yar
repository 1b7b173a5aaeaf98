// Documents and pictures that carry something that runs.
// Each asks first how a file begins: for others none of their words is looked for.
// `begins` and `needs`: how each file begins that a rule is of, and words of which one stands in it. A file of 4 MB or more that has none is not
// scanned, so a pattern has to hold one of its rule's words in each of its forms. `rule-gates.test.ts` tries them.

rule document_holds_a_program
{
  meta:
    id = "HF-0201"
    severity = "high"
    what = "Office or PDF document with a Windows program inside"
    reference = "https://attack.mitre.org/techniques/T1027/009/"
    begins = "d0cf11e0 | 25504446 | 7b5c7274"
    needs = "This program cannot be run in DOS mode | This program must be run under Win32 | 546869732070726f6772616d2063616e6e6f742062652072756e20696e20444f"
  strings:
    $stub = "This program cannot be run in DOS mode"
    $stub_win = "This program must be run under Win32"
    $word = "WordDocument" wide
    $excel = "Workbook" wide
    $slides = "PowerPoint Document" wide
    $native = "Ole10Native" wide
    $hex = "546869732070726f6772616d2063616e6e6f742062652072756e20696e20444f53206d6f6465" nocase
  condition:
    (uint32be(0) == 0xD0CF11E0 and any of ($word, $excel, $slides, $native) and any of ($stub, $stub_win))
    or (uint32be(0) == 0x25504446 and any of ($stub, $stub_win))
    or (uint32be(0) == 0x7B5C7274 and $hex)
}

rule macro_that_drops
{
  meta:
    id = "HF-0202"
    severity = "high"
    what = "Macro that runs by itself and starts or fetches something"
    reference = "https://attack.mitre.org/techniques/T1204/002/"
    begins = "d0cf11e0"
    needs = "ipt.S | shell | powers | wershel | LDown | loadT | ToFile | aveTo | SaveT"
  strings:
    // MS-OVBA §2.4.1 puts a flag byte before each eight tokens, so one stands before every eighth letter of a word that does not repeat.
    // Said letter by letter, because a word with a gap anywhere has nothing that a scanner can look for quickly.
    $auto_open = /(AutoOpen|A.utoOpen|Au.toOpen|Aut.oOpen|Auto.Open|AutoO.pen|AutoOp.en|AutoOpe.n)/s
    $auto_open2 = /(Auto_Open|A.uto_Open|Au.to_Open|Aut.o_Open|Auto._Open|Auto_.Open|Auto_O.pen|Auto_Op.en|Auto_Ope.n)/s
    $doc_open = /(Document_Open|D.ocument_.Open|Do.cument_O.pen|Doc.ument_Op.en|Docu.ment_Ope.n|Docum.ent_Open|Docume.nt_Open|Documen.t_Open|Document._Open)/s
    $book_open = /(Workbook_Open|W.orkbook_.Open|Wo.rkbook_O.pen|Wor.kbook_Op.en|Work.book_Ope.n|Workb.ook_Open|Workbo.ok_Open|Workboo.k_Open|Workbook._Open)/s
    $shell = /(WScript\.Shell|W.Script\.S.hell|WS.cript\.Sh.ell|WSc.ript\.She.ll|WScr.ipt\.Shel.l|WScri.pt\.Shell|WScrip.t\.Shell|WScript.\.Shell|WScript\..Shell)/s
    $power = /(powershell|p.owershel.l|po.wershell|pow.ershell|powe.rshell|power.shell|powers.hell|powersh.ell|powershe.ll)/s
    $fetch = /(URLDownloadToFile|U.RLDownlo.adToFile|UR.LDownloa.dToFile|URL.Download.ToFile|URLD.ownloadT.oFile|URLDo.wnloadTo.File|URLDow.nloadToF.ile|URLDown.loadToFi.le|URLDownl.oadToFil.e)/s
    $http = /(XMLHTTP|X.MLHTTP|XM.LHTTP|XML.HTTP|XMLH.TTP|XMLHT.TP|XMLHTT.P)/s
    $stream = /(ADODB\.Stream|A.DODB\.Str.eam|AD.ODB\.Stre.am|ADO.DB\.Strea.m|ADOD.B\.Stream|ADODB.\.Stream|ADODB\..Stream|ADODB\.S.tream|ADODB\.St.ream)/s
    $save = /(SaveToFile|S.aveToFil.e|Sa.veToFile|Sav.eToFile|Save.ToFile|SaveT.oFile|SaveTo.File|SaveToF.ile|SaveToFi.le)/s
  condition:
    uint32be(0) == 0xD0CF11E0
    and any of ($auto_open, $auto_open2, $doc_open, $book_open)
    and (any of ($shell, $power, $fetch) or ($http and $save) or ($stream and $save))
}

rule script_in_picture
{
  meta:
    id = "HF-0203"
    severity = "high"
    what = "Picture with a script inside"
    reference = "https://cwe.mitre.org/data/definitions/434.html"
    begins = "89504e47 | ffd8 | 47494638 | 52494646????????57454250 | 424d | 49492a00 | 4d4d002a | 00000100"
    needs = "<?php | </script | language | import | execute | response.write | Runtime | eval( | eval\x20 | <?=` | <?= ` | <?=@` | <?= @` | $_GET | $_POST | $_REQUEST | $_COOKIE | $_SERVER | $_FILES | system( | exec( | assert( | passthru( | open( | include | require"
  strings:
    $php = /<\?php\s/ nocase
    // A few octets stand in any picture of some megabytes by chance, and dark pixels are characters that are near each other:
    // behind `<?=` stands something that is called.
    $short = /<\?=[\t\r\n -~]{0,40}[a-z_]\w{1,30}\([\t\r\n -~]{4}/ nocase
    $sent = /<\?=[\t\r\n -~]{0,200}\$_(GET|POST|REQUEST|COOKIE|SERVER|FILES)\b/ nocase
    $tick = /<\?= ?@?`[ -_a-~]{0,100}[a-z_\/$][ -_a-~]{0,100}`\s{0,4}(;|\?>)/
    $call = /<\?=[\t\r\n -~]{0,200}\b((system|(shell_|pcntl_)?exec|assert|passthru|p(roc_)?open)\(|eval[ (]|(include|require)(_once)?\b)/ nocase
    $page = /<%@\s{0,4}[^%<>]{0,100}\b(language|import)\b/ nocase
    $asp = /<%\s{0,4}((execute|response\.write|Runtime)\b|eval[ (])/ nocase
    $script = /<script[\s>][^<]{1,2000}<\/script/ nocase
  condition:
    (uint32be(0) == 0x89504E47 or uint16be(0) == 0xFFD8 or uint32be(0) == 0x47494638
      or (uint32be(0) == 0x52494646 and uint32be(8) == 0x57454250) or uint16be(0) == 0x424D
      or uint32be(0) == 0x49492A00 or uint32be(0) == 0x4D4D002A or uint32be(0) == 0x00000100)
    and (any of ($php, $sent, $tick, $call, $page, $asp, $script) or (filesize < 4MB and $short and not (uint16be(0) == 0x424D or uint32be(0) == 0x49492A00 or uint32be(0) == 0x4D4D002A or uint32be(0) == 0x00000100)))
}

rule pdf_starts_something
{
  meta:
    id = "HF-0204"
    severity = "high"
    what = "PDF that starts a program or attacks a reader by script"
    reference = "https://attack.mitre.org/techniques/T1203/"
    begins = "25504446"
    needs = "/Launch | Collab.collectEmailInfo | media.newPlayer | getIcon | %45000 | unescape"
  strings:
    $launch = /\/Launch\b[^>]{0,400}(cmd\.exe|powershell|mshta|wscript|\/bin\/(ba)?sh|rundll32)/ nocase
    $script = /\/(JavaScript|JS)\b/
    $old1 = "Collab.collectEmailInfo"
    $old2 = "media.newPlayer"
    $old3 = /Collab\s{0,4}\.\s{0,4}getIcon\s{0,4}\(/
    $old4 = /util\s{0,4}\.\s{0,4}printf\s{0,4}\(\s{0,4}["']%45000/
    $sled = /unescape\s{0,4}\(\s{0,4}["'](%u[0-9a-f]{4}){4}/ nocase
  condition:
    uint32be(0) == 0x25504446 and ($launch or ($script and any of ($old1, $old2, $old3, $old4, $sled)))
}

rule rtf_attacks_the_reader
{
  meta:
    id = "HF-0205"
    severity = "critical"
    what = "RTF with an object that attacks the equation editor or another component"
    reference = "https://nvd.nist.gov/vuln/detail/CVE-2017-11882"
    begins = "7b5c7274"
    needs = "4571756174696f6e2e33 | 02ce020000000000c000000000000046 | e0c9ea79f9bace118c8200aa004ba90b | 5061636b616765"
  strings:
    $object = /\\obj(data|update|ect)/
    $equation = "4571756174696f6e2e33" nocase
    $equation_id = "02ce020000000000c000000000000046" nocase
    $package = "5061636b616765" nocase
    $moniker = "e0c9ea79f9bace118c8200aa004ba90b" nocase
    $script = /(76627363726970743a|6a6176617363726970743a|2e73637400|2e687461)/ nocase
  condition:
    uint32be(0) == 0x7B5C7274 and $object and ($equation or $equation_id or $moniker or ($package and $script))
}
