//! Words that people say around a name, and that are therefore no part of one.

use crate::tongue::Tongue;

/// Whether a word (in lower case) is an ordinary one of the language. Those of both count where the language isn't known.
pub(crate) fn is_ordinary(word: &str, tongue: Tongue) -> bool {
    let english = || {
        contains(ENGLISH, word)
            || word.contains('\'') && contains(CONTRACTED, word.rsplit('\'').next().unwrap_or(""))
    };
    let german = || contains(GERMAN, word);
    match tongue {
        Tongue::English => english(),
        Tongue::German => german(),
        Tongue::Other => english() || german(),
    }
}

fn contains(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

/// What stands behind the apostrophe of a verb: "it's" doesn't end a name, but "I'd" does.
const CONTRACTED: &str = "d ll ve re m t s";

const ENGLISH: &str = "
    a about above absolutely account actually address afraid after afternoon again agent ago ahead all almost already also always am an
    and another answer any anybody anymore anyone anything anyway apparently appointment appointments are area aren't around as ask asking
    at away awful bad basically be because been before behind being best better between big bill book booking both bother bridge broke
    broken but buy by bye call called caller callers calling came can cancel cancelling can't car card case certain certainly change check
    checkup child cleaning clear close closed code come comes coming complain complaint complicated confirm consultation correct cost could
    couple course crown customer daughter day days dental dentist did didn't different do doctor does doesn't doing don't done down due
    during each early eight eighteen eighty either eleven else email emergency enough even evening every everybody everyone everything everywhere
    exactly excuse fallen family far fault feel few fifteen fifty fill filling fine first five flat for form forty four fourteen friday
    friend from front fun further gave get getting give glad go going gone good goodbye got great guess guy had half hang hard has hate
    have having he hear hello help her here hey hi high him his hm hmm hold home hope hour hours house how hundred hurt hurting hurts
    husband i idea if important in information inside instead insurance interested into is isn't issue it its january february july august
    september october november december just keep kind know last late later left let letter line list listen little live living long look
    looking lost lot lots love machine make man many matter may maybe me mean meant medicine message might minute minutes mistake moment
    monday money month more morning most mother move moving much mum must my myself name named names near need needed needs never new
    next nice night nine nineteen ninety no nobody none nope not nothing now number o'clock of off office often oh ok okay old on once one
    only open or order other our out over own pain pardon parking part patient pay paying people perhaps person phone place please point
    possible possibly practice prefer pretty price private probably problem problems put question questions quick quickly quite rather
    ready real really reason receptionist regarding regular remember repeat reschedule right ring root round running said same saturday say
    saying school second see send serious seven seventeen seventy several shall she should show sick side simple since sir six sixteen
    sixty so some somebody someone something sometimes son soon sore sorry sort speak speaking spell spelled spelling spelt stand start
    stay still stop straight stupid such sunday sure surname surgery take talk talking teeth tell ten terrible than thank thanks that
    that's the their them then there there's these they thing things think thinking thirteen thirty this those though thought thousand
    three through thursday till time times tired to today tomorrow tonight too tooth toothache top trouble true try trying tuesday twelve
    twenty twice two uh um under understand until up upset urgent urgently us use usually very visit wait waiting want wanted wants was
    wasn't water way we wednesday week weeks well were what what's when where whether which while who whole why wife will wisdom with
    without woman wonder wondering won't word work working works would wouldn't write wrong yeah year years yep yes yesterday yet you
    your yours zero er erm ah human robot real lady gentleman miserable leaking locked stuck broken fire gas flooded nope nah none";

const GERMAN: &str = "
    ab aber abend abends acht ach alle allem allen alles als also alt am an andere anderen anruf anrufe anrufen arzt auch auf aus äh ähm
    bald bei beim bekommen bereits besser bestimmt bin bis bitte brauche brauchen bräuchte da dabei dafür dagegen daher damit danach danke
    dann daran darauf darf das dass dein dem den denn der des deshalb die dienstag dies diese diesem diesen dieser dieses doch donnerstag
    dort drei dringend du durch dürfen dürfte eben ehrlich eigentlich ein eine einem einen einer eines einfach einmal eins er es etwas
    euch euer falsch fast fertig frage fragen frau freitag früh für fünf ganz gar geben gebrochen gegangen gegen geht gehen genau genug gerade
    gern gerne gestern gesundheit gewesen gibt ging ginge gleich gut guten gute habe haben hab hat hatte hätte hätten hallo heiße heisse
    heißt herr heute hier hilfe hin hinter hm hören ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jahr jahre je
    jede jeden jeder jemand jetzt kann kannst kaputt kein keine keinen kleine komme kommen kommt konnte könnte könnten können krank kurz
    lang lange lassen leider lieber machen mach mag mal man mehr mein meine meinem meinen meiner meinung melde mensch mich mir mit
    mittag mittwoch möchte möchten mögen moin moment montag morgen müssen muss na nach nachher nachmittag nachname nacht name namen
    natürlich neben nee nehmen nein neu neun nicht nichts nie niemand nö noch nochmal nun nur ob oder ohne okay ok rede reden
    richtig rufe rufen sage sagen samstag schade schaden schlecht schlimm schmerzen schnell schon sehr sein seine seit sechs selbst sich sicher sie
    sieben sind so sofort soll sollte sonntag sonst später sprechen spreche spricht stimmt stunde stunden tag tage tagen termin tschüss tun über übermorgen
    uhr um und uns unser unsere unten unter verbinden vereinbaren versicherung vertrag verstanden vertanen viel viele vielleicht vielen vier vom von vor
    vorname vormittag während wann war wäre wären warten warum was weh weil weiß weiter welche wem wen wenig wenn wer werde werden
    wieder wie will willst wir wird wo woche wochen wohl wollen wollte worden würde würden zahn zahnarzt zahnschmerzen zehn zeit zu zum zur zurück zwei
    zwischen zwölf buchstabiert buchstabiere";
