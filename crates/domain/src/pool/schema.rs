//! A pool's attribute schema: the standard attributes, and what creators may change and add.

use wire::cognito_idp::shapes::{
    AttributeDataType, NumberAttributeConstraintsType, SchemaAttributeType, StringAttributeConstraintsType,
};

use crate::{Error, Result};

/// Custom attributes a pool can have, and a call can add.
const MAX_CUSTOM: usize = 50;
const MAX_ADDED: usize = 25;

/// Name, type, and the length bounds of text.
type Standard = (&'static str, AttributeDataType, Option<(&'static str, &'static str)>);

const STANDARD: &[Standard] = &[
    ("sub", AttributeDataType::String, Some(("1", "2048"))),
    ("name", AttributeDataType::String, Some(("0", "2048"))),
    ("given_name", AttributeDataType::String, Some(("0", "2048"))),
    ("family_name", AttributeDataType::String, Some(("0", "2048"))),
    ("middle_name", AttributeDataType::String, Some(("0", "2048"))),
    ("nickname", AttributeDataType::String, Some(("0", "2048"))),
    ("preferred_username", AttributeDataType::String, Some(("0", "2048"))),
    ("profile", AttributeDataType::String, Some(("0", "2048"))),
    ("picture", AttributeDataType::String, Some(("0", "2048"))),
    ("website", AttributeDataType::String, Some(("0", "2048"))),
    ("email", AttributeDataType::String, Some(("0", "2048"))),
    ("email_verified", AttributeDataType::Boolean, None),
    ("gender", AttributeDataType::String, Some(("0", "2048"))),
    ("birthdate", AttributeDataType::String, Some(("10", "10"))),
    ("zoneinfo", AttributeDataType::String, Some(("0", "2048"))),
    ("locale", AttributeDataType::String, Some(("0", "2048"))),
    ("phone_number", AttributeDataType::String, Some(("0", "2048"))),
    ("phone_number_verified", AttributeDataType::Boolean, None),
    ("address", AttributeDataType::String, Some(("0", "2048"))),
    ("updated_at", AttributeDataType::Number, None),
];

/// The schema of a new pool: the standard attributes with the changes and additions of `asked`.
pub fn create(asked: &[SchemaAttributeType]) -> Result<Vec<SchemaAttributeType>> {
    let mut schema: Vec<SchemaAttributeType> = STANDARD.iter().map(standard).collect();
    let mut custom = Vec::new();
    for entry in asked {
        let name = name_of(entry)?;
        match schema.iter_mut().find(|a| a.name.as_deref() == Some(name)) {
            Some(existing) => change_standard(existing, entry)?,
            None => custom.push(entry.clone()),
        }
    }
    append_custom(&mut schema, &custom)?;
    Ok(schema)
}

/// AddCustomAttributes: appends, never changes.
pub fn add_custom(schema: &mut Vec<SchemaAttributeType>, added: &[SchemaAttributeType]) -> Result<()> {
    if added.len() > MAX_ADDED {
        return Err(Error::invalid(format!("You can add at most {MAX_ADDED} custom attributes at a time.")));
    }
    append_custom(schema, added)
}

fn append_custom(schema: &mut Vec<SchemaAttributeType>, added: &[SchemaAttributeType]) -> Result<()> {
    for entry in added {
        let custom = custom(entry)?;
        if schema.iter().any(|a| a.name == custom.name) {
            return Err(Error::invalid(format!(
                "{}: Existing attribute already has name {}.",
                custom.name.as_deref().unwrap_or_default(),
                custom.name.as_deref().unwrap_or_default()
            )));
        }
        schema.push(custom);
    }
    if schema.len() - STANDARD.len() > MAX_CUSTOM {
        return Err(Error::invalid(format!("A user pool can have at most {MAX_CUSTOM} custom attributes.")));
    }
    Ok(())
}

fn name_of(entry: &SchemaAttributeType) -> Result<&str> {
    entry.name.as_deref().ok_or_else(|| Error::invalid("Name is required for schema attributes."))
}

fn standard((name, kind, bounds): &Standard) -> SchemaAttributeType {
    SchemaAttributeType {
        name: Some((*name).to_owned()),
        attribute_data_type: Some(*kind),
        developer_only_attribute: Some(false),
        mutable: Some(*name != "sub"),
        required: Some(*name == "sub"),
        number_attribute_constraints: (*kind == AttributeDataType::Number)
            .then(|| NumberAttributeConstraintsType { min_value: Some("0".into()), max_value: None }),
        string_attribute_constraints: bounds.map(|(min, max)| StringAttributeConstraintsType {
            min_length: Some(min.into()),
            max_length: Some(max.into()),
        }),
    }
}

/// Mutability, requiredness and bounds of a standard attribute can be chosen; its nature cannot.
fn change_standard(existing: &mut SchemaAttributeType, entry: &SchemaAttributeType) -> Result<()> {
    let name = name_of(entry)?;
    if name == "sub"
        || entry.attribute_data_type.is_some_and(|kind| existing.attribute_data_type != Some(kind))
        || entry.developer_only_attribute == Some(true)
    {
        return Err(Error::invalid(format!(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {name}"
        )));
    }
    check_bounds(name, entry)?;
    if let Some(mutable) = entry.mutable {
        existing.mutable = Some(mutable);
    }
    if let Some(required) = entry.required {
        existing.required = Some(required);
    }
    if entry.string_attribute_constraints.is_some() {
        existing.string_attribute_constraints = entry.string_attribute_constraints.clone();
    }
    if entry.number_attribute_constraints.is_some() {
        existing.number_attribute_constraints = entry.number_attribute_constraints.clone();
    }
    Ok(())
}

fn custom(entry: &SchemaAttributeType) -> Result<SchemaAttributeType> {
    let name = name_of(entry)?;
    let Some(kind) = entry.attribute_data_type else {
        return Err(Error::invalid(
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        ));
    };
    if entry.required == Some(true) {
        return Err(Error::invalid("Required custom attributes are not supported currently."));
    }
    let developer_only = entry.developer_only_attribute == Some(true);
    let name = format!("{}{name}", if developer_only { "dev:custom:" } else { "custom:" });
    check_bounds(&name, entry)?;
    Ok(SchemaAttributeType {
        name: Some(name),
        attribute_data_type: Some(kind),
        developer_only_attribute: Some(developer_only),
        mutable: Some(entry.mutable.unwrap_or(true)),
        required: Some(false),
        number_attribute_constraints: (kind == AttributeDataType::Number)
            .then(|| entry.number_attribute_constraints.clone().unwrap_or_default()),
        string_attribute_constraints: (kind == AttributeDataType::String)
            .then(|| entry.string_attribute_constraints.clone().unwrap_or_default()),
    })
}

fn check_bounds(name: &str, entry: &SchemaAttributeType) -> Result<()> {
    if let Some(bounds) = &entry.string_attribute_constraints {
        let min = number(name, "StringAttributeConstraints", bounds.min_length.as_deref())?;
        let max = number(name, "StringAttributeConstraints", bounds.max_length.as_deref())?;
        if [min, max].into_iter().flatten().any(|n| !(0..=2048).contains(&n)) {
            return Err(Error::invalid(format!(
                "user.{name}: String attributes cannot have a length of more than 2048"
            )));
        }
        if let (Some(min), Some(max)) = (min, max)
            && max < min
        {
            return Err(Error::invalid(format!("user.{name}: Max length cannot be less than min length.")));
        }
    }
    if let Some(bounds) = &entry.number_attribute_constraints {
        let min = number(name, "NumberAttributeConstraints", bounds.min_value.as_deref())?;
        let max = number(name, "NumberAttributeConstraints", bounds.max_value.as_deref())?;
        if let (Some(min), Some(max)) = (min, max)
            && max < min
        {
            return Err(Error::invalid(format!("user.{name}: Max value cannot be less than min value.")));
        }
    }
    Ok(())
}

fn number(name: &str, constraints: &str, text: Option<&str>) -> Result<Option<i64>> {
    text.map(|t| {
        t.parse().map_err(|_| Error::invalid(format!("Invalid {constraints} for schema attribute {name}")))
    })
    .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> SchemaAttributeType {
        SchemaAttributeType {
            name: Some(name.into()),
            attribute_data_type: Some(AttributeDataType::String),
            ..Default::default()
        }
    }

    fn message(result: Result<Vec<SchemaAttributeType>>) -> String {
        match result {
            Err(Error::InvalidParameter(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn custom_attributes_get_their_prefix() {
        let developer = SchemaAttributeType { developer_only_attribute: Some(true), ..entry("note") };
        let schema = create(&[entry("tier"), developer]).unwrap();
        let names: Vec<&str> = schema.iter().skip(20).filter_map(|a| a.name.as_deref()).collect();
        assert_eq!(names, ["custom:tier", "dev:custom:note"]);
    }

    #[test]
    fn standard_attributes_keep_their_nature() {
        let required = SchemaAttributeType { required: Some(true), mutable: Some(false), ..entry("email") };
        let schema = create(&[required]).unwrap();
        let email = schema.iter().find(|a| a.name.as_deref() == Some("email")).unwrap();
        assert_eq!((email.required, email.mutable), (Some(true), Some(false)));
        let number =
            SchemaAttributeType { attribute_data_type: Some(AttributeDataType::Number), ..entry("email") };
        assert!(message(create(&[number])).starts_with("You can not change AttributeDataType"));
        assert!(message(create(&[entry("sub")])).starts_with("You can not change AttributeDataType"));
    }

    #[test]
    fn impossible_attributes_are_refused() {
        let required = SchemaAttributeType { required: Some(true), ..entry("x") };
        assert_eq!(message(create(&[required])), "Required custom attributes are not supported currently.");
        let crossed = SchemaAttributeType {
            string_attribute_constraints: Some(StringAttributeConstraintsType {
                min_length: Some("5".into()),
                max_length: Some("4".into()),
            }),
            ..entry("x")
        };
        assert_eq!(message(create(&[crossed])), "user.custom:x: Max length cannot be less than min length.");
        assert!(message(create(&[entry("x"), entry("x")])).contains("already has name"));
        let many: Vec<_> = (0..51).map(|i| entry(&format!("a{i}"))).collect();
        assert!(message(create(&many)).contains("at most 50"));
        assert!(
            message(create(&[SchemaAttributeType { attribute_data_type: None, ..entry("x") }]))
                .contains("AttributeDataType")
        );
    }
}
