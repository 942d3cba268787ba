"""Tests of `copydesk.classifier.segmentation.charset`."""
