"""Tests of `copydesk.classifier.segmentation`."""
