use closare_slots::*;
fn main() {
    let of = vec![Choice{name:"check-up".into(),said:vec!["a checkup".into(),"routine examination".into()]},Choice{name:"filling".into(),said:vec!["I need a filling".into(),"I've got a hole in my tooth".into()]},Choice{name:"emergency".into(),said:vec!["my tooth broke".into(),"I'm in a lot of pain".into()]}];
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let Some((k, text)) = line.split_once('|') else { continue };
        let (k, lang) = k.split_once(':').unwrap_or((k, "en-GB"));
        let kind = match k { "choice" => Type::Choice{of: of.clone()}, "digits"=>Type::Digits{min:6,max:8}, "money"=>Type::Money{currency:"GBP".into()},
            k => serde_json::from_value(serde_json::json!({"type":k})).unwrap() };
        let l = lang.into();
        let c = Context{language:&l, now: jiff::civil::date(2026,2,27).at(10,0,0,0), country:None};
        match hear(&kind, text, &c) {
            None => println!("{k:10} {text:60} -"),
            Some(h) => println!("{k:10} {text:60} {} {:.2} [{}]  \"{}\"", h.value.to_json(), h.confidence, &text[h.span.clone()], speak(&h.value, Form::Plain, &l)),
        }
    }
}
