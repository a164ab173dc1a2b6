//! Which driver reads a record.

use super::{
    AipaRecord, DcRecord, DoajRecord, EaccpfRecord, Ead3Record, EadRecord, EseRecord,
    ForwardAuthorityRecord, ForwardRecord, LidoRecord, LrmiRecord, MappingError,
    MarcAuthorityRecord, MarcRecord, MetadataRecord, QdcRecord,
};
use crate::record::{RawRecord, RecordFormat};

/// Opens a record with the driver of its format.
pub fn open(raw: &RawRecord) -> Result<Box<dyn MetadataRecord>, MappingError> {
    Ok(match raw.format {
        RecordFormat::Marc => Box::new(MarcRecord::open(raw)?),
        RecordFormat::MarcAuthority => Box::new(MarcAuthorityRecord::open(raw)?),
        RecordFormat::Ead => Box::new(EadRecord::open(raw)?),
        RecordFormat::Ead3 => Box::new(Ead3Record::open(raw)?),
        RecordFormat::Eaccpf => Box::new(EaccpfRecord::open(raw)?),
        RecordFormat::Lido => Box::new(LidoRecord::open(raw)?),
        RecordFormat::Qdc => Box::new(QdcRecord::open(raw)?),
        RecordFormat::Dc => Box::new(DcRecord::open(raw)?),
        RecordFormat::Forward => Box::new(ForwardRecord::open(raw)?),
        RecordFormat::Lrmi => Box::new(LrmiRecord::open(raw)?),
        RecordFormat::Aipa => Box::new(AipaRecord::open(raw)?),
        RecordFormat::Doaj => Box::new(DoajRecord::open(raw)?),
        RecordFormat::Ese => Box::new(EseRecord::open(raw)?),
        RecordFormat::ForwardAuthority => Box::new(ForwardAuthorityRecord::open(raw)?),
    })
}
