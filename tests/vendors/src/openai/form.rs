//! `multipart/form-data` (RFC 7578), as far as clients of the audio API write it.

/// A field: its name, the file's where it is one, and its bytes.
#[derive(Debug, PartialEq)]
pub struct Field<'a> {
    pub name: String,
    pub file_name: Option<String>,
    pub bytes: &'a [u8],
}

/// `None` where it isn't a form.
pub fn read<'a>(content_type: &str, body: &'a [u8]) -> Option<Vec<Field<'a>>> {
    let kind = content_type.split(';').next()?.trim();
    if !kind.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary =
        content_type.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?.trim_matches('"');
    let delimiter = format!("--{boundary}").into_bytes();
    let mut rest = body.get(find(body, &delimiter)? + delimiter.len()..)?;
    let mut fields = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let next = [b"\r\n", delimiter.as_slice()].concat();
        let end = find(part, &next)?;
        fields.push(field(&part[..end])?);
        rest = &part[end + next.len()..];
    }
    rest.starts_with(b"--").then_some(fields)
}

fn field(part: &[u8]) -> Option<Field<'_>> {
    let end = find(part, b"\r\n\r\n")?;
    let head = str::from_utf8(&part[..end]).ok()?;
    let disposition =
        head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let parameter = |name: &str| {
        let mut parts = disposition.split(';').map(str::trim);
        parts
            .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
            .map(|value| value.trim_matches('"').to_owned())
    };
    Some(Field { name: parameter("name")?, file_name: parameter("filename"), bytes: &part[end + 4..] })
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_a_file() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n\
            --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n\
            RIFF\r\n\r\n--x--\r\n";
        let fields = read("multipart/form-data; boundary=x", body).unwrap();
        let field = |name: &str, file: Option<&str>, bytes| Field {
            name: name.to_owned(),
            file_name: file.map(str::to_owned),
            bytes,
        };
        assert_eq!(fields, [field("model", None, b"whisper-1"), field("file", Some("a.wav"), b"RIFF\r\n")]);
        assert_eq!(read("multipart/form-data; boundary=x", &body[..60]), None);
        assert_eq!(read("application/json", body), None);
    }
}
