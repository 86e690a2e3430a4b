//! Checking runs over HTTP.

use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::service;
use crate::access::Signed;
use crate::api::Tag;
use crate::app::App;
use crate::pairing::cost::certificate::Certificate;
use crate::pairing::cost::certificate::RunFault;
use crate::pairing::run::model::Run;
use crate::problem::{Text, WorkFault};

/// Operations by which runs are checked.
pub struct PairingAuditApi(pub App);

/// Most faults that are listed; all are counted.
const MOST_FAULTS: usize = 100;

/// What was found of a run, against what it stands on.
#[derive(Object)]
struct PairingRunCertificate {
    /// The run.
    run_id: Uuid,
    /// Digest (SHA-256) of what the run stands on, which was kept with it and was found to be so.
    #[oai(validator(max_length = 64))]
    basis: String,
    /// Whether the run is what it says: the best as it was computed, and since then only edited as its
    /// edits say.
    holds: bool,
    /// Whether it is the best as it is now.
    is_best: bool,
    /// Households that it is for.
    households: u64,
    /// Those for whom it has a helper.
    placed: i64,
    /// The cost of its pairs, worked out anew.
    cost: i64,
    /// Those that had a helper as it was computed, before any edit.
    computed_placed: i64,
    /// The cost as it was computed, worked out anew.
    computed_cost: i64,
    /// How many can have a helper at most: proved.
    best_placed: i64,
    /// The least that this costs: proved.
    best_cost: i64,
    /// Edits by hand.
    edits: u64,
    /// Nodes of the network by which it was proved.
    nodes: u64,
    /// Arcs of the network.
    arcs: u64,
    /// How many things are wrong with it.
    fault_count: u64,
    /// The first hundred of them in words, in the language of the answer.
    #[oai(validator(max_items = 100))]
    faults: Vec<Text>,
}

#[OpenApi(tag = "Tag::Pairing")]
impl PairingAuditApi {
    /// Check a pairing run
    ///
    /// Proves that no pairing is better than the one that the run computed, whatever became of it: lays
    /// the network out anew from what the run stands on, which is kept with it, proves by dual prices
    /// and complementary slackness how many households can have a helper and what that costs at least,
    /// and holds every pair, cost and edit of the run against it. Of a confirmed run the pairings that
    /// began by it as well. It takes about as long as computing the run. The same is
    /// `qianshou pairing verify`; `qianshou pairing dimacs` writes the network for other solvers.
    ///
    /// Refused with `basis_damaged` if what the run stands on is not what its digest is of, and with
    /// `basis_not_kept` for a run of an earlier version.
    #[oai(
        path = "/pairing-runs/:id/certificate",
        method = "get",
        operation_id = "getPairingRunCertificate"
    )]
    async fn get_pairing_run_certificate(
        &self,
        _caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
    ) -> Result<Json<PairingRunCertificate>, WorkFault> {
        let (run, certificate) = service::audit(&self.0, id.0).await?;
        Ok(Json(view(run, &certificate)))
    }
}

fn view(run: Run, certificate: &Certificate) -> PairingRunCertificate {
    let faults = certificate.faults.iter().take(MOST_FAULTS);
    PairingRunCertificate {
        run_id: run.id,
        basis: run.basis,
        holds: certificate.holds(),
        is_best: certificate.now == certificate.best,
        households: certificate.households as u64,
        placed: certificate.now.placed,
        cost: certificate.now.cost,
        computed_placed: certificate.computed.placed,
        computed_cost: certificate.computed.cost,
        best_placed: certificate.best.placed,
        best_cost: certificate.best.cost,
        edits: certificate.edits as u64,
        nodes: certificate.nodes as u64,
        arcs: certificate.arcs as u64,
        fault_count: certificate.faults.len() as u64,
        faults: faults.map(RunFault::words).collect(),
    }
}
