// Macros outside of the documents that they come in.
// None is of a file of 4 MB or more: those are not searched for these.

rule macro_text_that_drops
{
  meta:
    id = "HF-0207"
    severity = "high"
    what = "Macro that runs by itself and starts or fetches something"
    reference = "https://attack.mitre.org/techniques/T1204/002/"
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
    $module = "Attribut"
  condition:
    filesize < 4MB and $module
    and any of ($auto_open, $auto_open2, $doc_open, $book_open)
    and (any of ($shell, $power, $fetch) or ($http and $save) or ($stream and $save))
}
