"""Desired state: what each cohort should run."""

from deployments.models.artifacts import Artifact, Blueprint
from deployments.models.cohorts import Cohort, Deployment, DeploymentArtifact
from deployments.models.packages import Package, Version

__all__ = ["Artifact", "Blueprint", "Cohort", "Deployment", "DeploymentArtifact", "Package", "Version"]
